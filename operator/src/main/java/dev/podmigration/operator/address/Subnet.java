package dev.podmigration.operator.address;

import java.math.BigInteger;
import java.net.InetAddress;

/**
 * A network in CIDR notation.
 *
 * @param prefixLength number of leading bits that all its addresses share
 */
record Subnet(InetAddress network, int prefixLength) {

    static Subnet parse(String cidr) {
        int slash = cidr.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("not in CIDR notation: " + cidr);
        }
        return new Subnet(
                InetAddress.ofLiteral(cidr.substring(0, slash)),
                Integer.parseInt(cidr.substring(slash + 1)));
    }

    boolean contains(String address) {
        byte[] own = network.getAddress();
        byte[] other = InetAddress.ofLiteral(address).getAddress();
        if (own.length != other.length) {
            return false;
        }
        int rest = own.length * Byte.SIZE - prefixLength;
        return new BigInteger(1, own)
                .shiftRight(rest)
                .equals(new BigInteger(1, other).shiftRight(rest));
    }
}
