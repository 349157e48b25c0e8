package dev.podmigration.agent.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

class NetworkFactsTest {
    /** As CRI-O installs it (contrib/cni/11-crio-ipv4-bridge.conflist). */
    private static final String CRIO =
            """
            {"cniVersion": "1.0.0", "name": "crio", "plugins": [{
              "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
              "ipam": {"type": "host-local", "routes": [{"dst": "0.0.0.0/0"}],
                       "ranges": [[{"subnet": "10.85.0.7/16"}], [{"subnet": "1100:200::/24"}]]}}]}
            """;

    @TempDir Path directory;

    @Test
    void a_bridge_with_host_local_addresses_keeps_them() throws IOException {
        NetworkFacts facts = NetworkFacts.parse(CRIO).orElseThrow();

        assertThat(facts.name()).isEqualTo("crio");
        assertThat(facts.plugin()).isEqualTo("bridge");
        assertThat(facts.bridge()).contains("cni0");
        assertThat(facts.addressManagement()).isEqualTo("host-local");
        assertThat(facts.subnets())
                .containsExactly(Cidr.parse("10.85.0.0/16"), Cidr.parse("1100:200::/24"));
        assertThat(facts.dataDirectory()).hasToString("/var/lib/cni/networks");
        assertThat(facts.verdict().keepable()).isTrue();
        assertThat(facts.verdict().message()).contains("10.85.0.0/16");
    }

    @Test
    void the_older_form_of_one_plugin_is_understood() throws IOException {
        NetworkFacts facts =
                NetworkFacts.parse(
                                """
                                {"name": "old", "type": "bridge",
                                 "ipam": {"type": "host-local", "subnet": "10.22.0.0/16", "dataDir": "/run/addresses"}}
                                """)
                        .orElseThrow();

        assertThat(facts.bridge()).contains("cni0");
        assertThat(facts.subnets()).containsExactly(Cidr.parse("10.22.0.0/16"));
        assertThat(facts.dataDirectory()).hasToString("/run/addresses");
    }

    @Test
    void other_networks_do_not_keep_addresses_and_say_why() throws IOException {
        assertThat(verdict("{'type': 'calico', 'ipam': {'type': 'calico-ipam'}}"))
                .isEqualTo(
                        new NetworkFacts.Verdict(
                                false, "The network plugin calico binds addresses to their node."));
        assertThat(verdict("{'type': 'bridge', 'ipam': {'type': 'dhcp'}}").message())
                .contains("dhcp");
        assertThat(verdict("{'type': 'bridge'}").keepable()).isFalse();
        assertThat(
                        verdict(
                                        "{'type': 'bridge', 'ipam': {'type': 'host-local'}},"
                                                + " {'type': 'firewall'}")
                                .message())
                .contains("firewall");
        assertThat(
                        verdict(
                                        "{'type': 'bridge', 'ipam': {'type': 'host-local'}},"
                                                + " {'type': 'portmap'}")
                                .keepable())
                .isTrue();
    }

    @Test
    void the_first_usable_file_counts_unless_a_network_is_chosen() throws IOException {
        Files.writeString(
                directory.resolve("05-empty.conflist"), "{\"name\": \"none\", \"plugins\": []}");
        Files.writeString(directory.resolve("10-first.conflist"), CRIO);
        Files.writeString(
                directory.resolve("20-second.conf"),
                "{\"name\": \"second\", \"type\": \"calico\"}");
        Files.writeString(directory.resolve("01-other.txt"), "not for us");

        assertThat(NetworkFacts.read(directory, Optional.empty()).orElseThrow().name())
                .isEqualTo("crio");
        assertThat(NetworkFacts.read(directory, Optional.of("second")).orElseThrow().plugin())
                .isEqualTo("calico");
        assertThat(NetworkFacts.read(directory, Optional.of("third"))).isEmpty();
        assertThat(NetworkFacts.read(directory.resolve("missing"), Optional.empty())).isEmpty();
    }

    private static NetworkFacts.Verdict verdict(String plugins) throws IOException {
        String json = "{'name': 'n', 'plugins': [%s]}".formatted(plugins).replace('\'', '"');
        return NetworkFacts.parse(json).orElseThrow().verdict();
    }
}
