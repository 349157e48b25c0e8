package dev.podmigration.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.podmigration.agent.linux.NetfilterTransaction.Family;
import dev.podmigration.agent.linux.NetfilterTransaction.Hook;
import dev.podmigration.agent.linux.NetfilterTransaction.Policy;
import dev.podmigration.agent.testnetwork.TestNetwork;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;

class NetfilterTest {
    private TestNetwork network;
    private NetworkNamespace namespace;

    @BeforeEach
    void createNamespace() throws IOException, InterruptedException {
        network = new TestNetwork();
        namespace = network.node().namespace();
    }

    @AfterEach
    void removeNamespace() throws IOException, InterruptedException {
        if (network != null) {
            network.remove();
        }
    }

    @Test
    void rules_mean_to_nft_what_they_were_meant_to_mean() throws Exception {
        try (Netfilter netfilter = Netfilter.open(namespace)) {
            netfilter.commit(
                    new NetfilterTransaction()
                            .create(Family.NETDEV, "t")
                            .deviceChain("t", "c", Hook.EGRESS, "br0", -500, Policy.ACCEPT)
                            .accept(Family.NETDEV, "t", "c", NetfilterMatch.etherType(0x0806))
                            .accept(
                                    Family.NETDEV,
                                    "t",
                                    "c",
                                    NetfilterMatch.etherType(0x0800),
                                    NetfilterMatch.transportProtocol(6)));
        }

        assertThat(TestNetwork.run(namespace, "nft", "list", "table", "netdev", "t"))
                .containsSubsequence(
                        "chain c",
                        "type filter hook egress device \"br0\" priority -500; policy accept;",
                        "arp accept",
                        "meta protocol ip meta l4proto tcp accept");
    }

    @Test
    void a_transaction_of_which_one_part_is_refused_changes_nothing() throws Exception {
        try (Netfilter netfilter = Netfilter.open(namespace)) {
            NetfilterTransaction half =
                    new NetfilterTransaction()
                            .create(Family.INET, "t")
                            .accept(Family.INET, "t", "missing", NetfilterMatch.fromLoopback());

            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> netfilter.commit(half))
                    .satisfies(e -> assertThat(e.errnoName()).isEqualTo("ENOENT"));
            assertThat(netfilter.tables()).isEmpty();

            netfilter.commit(new NetfilterTransaction().create(Family.INET, "t"));
            assertThat(netfilter.tables()).as("the connection is still good").containsExactly("t");
        }
    }

    @Test
    void one_transaction_takes_a_table_away_and_puts_it_again() throws Exception {
        try (Netfilter netfilter = Netfilter.open(namespace)) {
            for (int i = 0; i < 2; i++) {
                netfilter.commit(
                        new NetfilterTransaction()
                                .remove(Family.INET, "t")
                                .create(Family.INET, "t")
                                .chain("t", "c", Hook.PREROUTING, -450, Policy.DROP)
                                .accept(Family.INET, "t", "c", NetfilterMatch.fromLoopback()));
            }

            assertThat(TestNetwork.run(namespace, "nft", "list", "table", "inet", "t"))
                    .containsOnlyOnce("accept");
            netfilter.commit(new NetfilterTransaction().remove(Family.INET, "t"));
            assertThat(netfilter.tables()).isEmpty();
        }
    }

    @Test
    void many_tables_are_listed() throws Exception {
        try (Netfilter netfilter = Netfilter.open(namespace)) {
            for (int i = 0; i < 500; i++) {
                netfilter.commit(
                        new NetfilterTransaction()
                                .create(Family.INET, "table-with-a-rather-long-name-" + i));
            }

            assertThat(netfilter.tables()).hasSize(500);
        }
    }
}
