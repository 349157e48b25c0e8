package dev.podmigration.agent.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;

class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "10.9.0.2/16, 10.9.255.255, true",
        "10.9.0.2/16, 10.10.0.0, false",
        "10.9.0.2/20, 10.9.15.255, true",
        "10.9.0.2/20, 10.9.16.0, false",
        "10.9.0.2/32, 10.9.0.2, true",
        "10.9.0.2/32, 10.9.0.3, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, ::1, false",
        "fd00:9::2/65, fd00:9::7fff:ffff:ffff:ffff, true",
        "fd00:9::2/65, fd00:9::8000:0:0:0, false"
    })
    void a_network_contains_what_has_its_prefix(String network, String address, boolean contained) {
        assertThat(Cidr.parse(network).contains(InetAddress.ofLiteral(address)))
                .isEqualTo(contained);
    }

    @Test
    void the_network_of_an_address_has_no_further_bits() {
        assertThat(Cidr.parse("10.9.29.2/20").network()).isEqualTo(Cidr.parse("10.9.16.0/20"));
        assertThat(Cidr.parse("10.9.29.2/0").network()).hasToString("0.0.0.0/0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.9.0.2", "10.9.0.2/33", "10.9.0.2/-1", "host/24", "10.9.0.2/x", "::/129"})
    void anything_else_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text));
    }
}
