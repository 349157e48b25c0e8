package dev.podmigration.e2e.lab;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What of a node a migration touches, one thing a line: files of podmigration, configuration of
 * CRI-O and CRIU, archives of the kubelet, mounts, control groups, network and processes. Two
 * inventories of a node are equal if, and only if, nothing was left between them. Names that are
 * made up anew for each container are replaced, so that the operator's or an agent's own container
 * may be another one afterwards: what counts is that there is not one more.
 */
public record NodeInventory(String node, List<String> lines) {
    // Two sorts of processes: those that only serve a request of the moment are left out.
    private static final String SCRIPT =
            """
            {
                find /var/lib/podmigration /run/podmigration /etc/crio /etc/criu /usr/share/containers/oci/hooks.d -type f \
                    -not -name '*.lock' -exec sha256sum {} + 2>/dev/null | sed 's/^\\(.\\{12\\}\\)[^ ]*/file \\1/'
                # Directories of the first level stay with the installation.
                find /run/podmigration /var/lib/podmigration -mindepth 2 -not -type f -not -path '*/records/*' 2>/dev/null | sed 's/^/path /'
                cut -d ' ' -f 2,3 /proc/self/mounts | sed 's/^/mount /'
                find /sys/fs/cgroup -mindepth 2 -type d -path '*/pod*' 2>/dev/null | sed 's/^/cgroup /'
                nft list tables 2>/dev/null | sed 's/^/nft /'
                ip -o address show | awk '{ print "address " $2 " " $4 }' | sed 's/@[^ ]*//'
                ip -o link show type veth | awk -F ': ' '{ sub(/@.*/, "", $2); print "veth " $2 }'
                ip route show | sed 's/^/route /'
                ip neigh show proxy | sed 's/^/proxy /'
                find /var/lib/cni/networks -type f -name '[0-9]*.*.*' 2>/dev/null | sed 's/^/reservation /'
                find /var/lib/kubelet/checkpoints -type f 2>/dev/null | sed 's/^/archive /'
                ls /run/netns /var/run/netns 2>/dev/null | sed 's/^/netns /'
                for process in /proc/[0-9]*; do
                    command=$(tr '\\0' ' ' <"$process/cmdline" 2>/dev/null) || continue
                    case "$command" in
                        '' | bash* | sh\\ * | tr\\ * | cut\\ * | find\\ * | nft\\ *) ;;
                        *) echo "process $command" ;;
                    esac
                done
            } | sort
            """;

    private static final Pattern MADE_UP =
            Pattern.compile(
                    "[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
                        + "|(?<=veth)[0-9a-f]{8}|(?<=fe80::)[0-9a-f:]+|(?<=kube-api-access-)[a-z0-9]{5}|(?<=^reservation"
                        + " .{0,99}/)[0-9.]+$");

    /** A container's monitor; how often the container was started is in its arguments. */
    private static final Pattern MONITOR =
            Pattern.compile("^(process \\S*conmon) .*( -n k8s_[^_]+_).*$");

    public static NodeInventory of(Lab lab, String node) {
        // A container of the installation that was started again leaves its control group with its
        // pod.
        List<String> own =
                lab.client().pods().inNamespace("podmigration-system").list().getItems().stream()
                        .map(pod -> "/pod" + pod.getMetadata().getUid() + "/")
                        .toList();
        return new NodeInventory(
                node,
                lab.onNode(node, SCRIPT)
                        .lines()
                        .filter(line -> own.stream().noneMatch(line::contains))
                        .map(line -> MONITOR.matcher(line).replaceAll("$1$2"))
                        .map(line -> MADE_UP.matcher(line).replaceAll("*"))
                        .toList());
    }

    static List<NodeInventory> ofAll(Lab lab) {
        return Lab.NODES.stream().map(node -> of(lab, node)).toList();
    }

    /** Lines that only one of the two has: "+" for this one, "-" for the earlier one. */
    public List<String> changesSince(NodeInventory earlier) {
        SortedSet<String> changes = new TreeSet<>();
        counted(lines).stream()
                .filter(line -> !counted(earlier.lines).contains(line))
                .forEach(line -> changes.add("+ " + node + " " + line));
        counted(earlier.lines).stream()
                .filter(line -> !counted(lines).contains(line))
                .forEach(line -> changes.add("- " + node + " " + line));
        return List.copyOf(changes);
    }

    /** Lines of which there are several count as often as they are there. */
    private static SortedSet<String> counted(List<String> lines) {
        SortedSet<String> counted = new TreeSet<>();
        for (String line : lines) {
            String numbered = line;
            for (int copy = 2; !counted.add(numbered); copy++) {
                numbered = line + " (" + copy + ")";
            }
        }
        return counted;
    }
}
