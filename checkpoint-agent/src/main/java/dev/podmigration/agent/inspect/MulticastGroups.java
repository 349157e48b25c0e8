package dev.podmigration.agent.inspect;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Groups that programs have joined, from {@code /proc/<pid>/net/igmp} and {@code igmp6}. CRIU (4.2)
 * neither saves nor restores a membership, and says nothing about it.
 */
final class MulticastGroups {

    /** Joined by the kernel on every interface. */
    private static final String ALL_HOSTS = "224.0.0.1";

    /** Joined by the kernel: all nodes of an interface and of a link, and solicited-node groups. */
    private static final List<String> KERNEL_V6 =
            List.of("ff01:0:0:0:0:0:0:1", "ff02:0:0:0:0:0:0:1", "ff02:0:0:0:0:1:ff");

    private MulticastGroups() {}

    /** Addresses in the order of their text. */
    static Set<String> joined(List<String> igmp, List<String> igmp6) {
        Set<String> groups = new TreeSet<>();
        for (String line : igmp) {
            String[] fields = line.strip().split("\\s+");
            // Lines of interfaces begin with a number; those of groups below with white space.
            if (!line.isEmpty()
                    && Character.isWhitespace(line.charAt(0))
                    && fields[0].length() == 8) {
                groups.add(address(fields[0]));
            }
        }
        groups.remove(ALL_HOSTS);
        for (String line : igmp6) {
            String[] fields = line.strip().split("\\s+");
            if (fields.length > 2 && fields[2].length() == 32) {
                String group = address6(fields[2]);
                if (KERNEL_V6.stream().noneMatch(group::startsWith)) {
                    groups.add(group);
                }
            }
        }
        return groups;
    }

    /** The kernel prints the four bytes as one number of its own byte order: little endian here. */
    private static String address(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        List<String> parts = new ArrayList<>();
        for (int i = bytes.length - 1; i >= 0; i--) {
            parts.add(String.valueOf(Byte.toUnsignedInt(bytes[i])));
        }
        return String.join(".", parts);
    }

    private static String address6(String hex) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < hex.length(); i += 4) {
            parts.add(Integer.toHexString(Integer.parseInt(hex.substring(i, i + 4), 16)));
        }
        return String.join(":", parts);
    }
}
