package dev.podmigration.operator.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.AddressMode;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.NodeNetwork;
import dev.podmigration.api.v1alpha1.RestoreAddress;

import org.junit.jupiter.api.Test;

import java.util.List;

class AddressChoiceTest {

    private static final List<String> ADDRESSES = List.of("10.88.1.5");

    @Test
    void autoKeepsTheAddressWhereTheNetworkAllowsIt() {
        assertThat(decide(AddressMode.Auto, node("bridge", true), node("bridge", true)).address())
                .contains(RestoreAddress.Keep);
    }

    @Test
    void autoTakesANewAddressElsewhereAndSaysWhy() {
        AddressChoice choice = decide(AddressMode.Auto, node("bridge", true), node("cilium", true));

        assertThat(choice.address()).contains(RestoreAddress.New);
        assertThat(choice.reason()).contains("bridge").contains("cilium").contains("closed");
    }

    @Test
    void keepIsRefusedWhereTheNetworkDoesNotAllowIt() {
        assertThat(decide(AddressMode.Keep, node("bridge", true), node("bridge", false)).address())
                .isEmpty();
        assertThat(decide(AddressMode.Keep, node("bridge", true), new MigrationNode()).address())
                .isEmpty();
        assertThat(
                        AddressChoice.decide(
                                        AddressMode.Keep,
                                        node("bridge", true),
                                        node("bridge", true),
                                        List.of("10.88.1.5", "10.89.0.1"))
                                .reason())
                .contains("10.89.0.1");
    }

    @Test
    void newNeedsNothing() {
        assertThat(decide(AddressMode.New, new MigrationNode(), new MigrationNode()).address())
                .contains(RestoreAddress.New);
    }

    @Test
    void aSubnetKnowsItsAddresses() {
        assertThat(Subnet.parse("10.88.0.0/15").contains("10.89.255.255")).isTrue();
        assertThat(Subnet.parse("10.88.0.0/16").contains("10.89.0.0")).isFalse();
        assertThat(Subnet.parse("2001:db8::/32").contains("2001:db8:1::7")).isTrue();
        assertThat(Subnet.parse("2001:db8::/32").contains("10.88.0.1")).isFalse();
        assertThat(Subnet.parse("0.0.0.0/0").contains("192.0.2.1")).isTrue();
    }

    private static AddressChoice decide(
            AddressMode mode, MigrationNode source, MigrationNode target) {
        return AddressChoice.decide(mode, source, target, ADDRESSES);
    }

    private static MigrationNode node(String plugin, boolean keepable) {
        NodeNetwork network = new NodeNetwork();
        network.setPlugin(plugin);
        network.setKeepable(keepable);
        network.setSubnets(List.of("10.88.0.0/16"));
        MigrationNode node = new MigrationNode();
        node.getStatus().setNetwork(network);
        return node;
    }
}
