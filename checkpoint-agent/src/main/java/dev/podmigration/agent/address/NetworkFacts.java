package dev.podmigration.agent.address;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The pod network of a node as its CNI configuration describes it.
 *
 * @param name of the network
 * @param plugin the one that makes the interface: {@code bridge}, {@code calico}, ...
 * @param chained plugins that run after it
 * @param addressManagement type of the IPAM plugin; empty if there is none
 * @param bridge name of the bridge on the node, for the plugin {@code bridge}
 * @param subnets that addresses come from, in the order of the configuration
 * @param dataDirectory where {@code host-local} keeps its reservations, as the node sees it
 */
public record NetworkFacts(
        String name,
        String plugin,
        List<String> chained,
        String addressManagement,
        Optional<String> bridge,
        List<Cidr> subnets,
        Path dataDirectory) {

    private static final Path DEFAULT_DATA_DIRECTORY = Path.of("/var/lib/cni/networks");
    private static final JsonMapper JSON = new JsonMapper();
    private static final String DEFAULT_BRIDGE = "cni0";

    /** Chained plugins that do not look at a pod's addresses once it runs. */
    private static final Set<String> HARMLESS =
            Set.of("portmap", "tuning", "bandwidth", "loopback", "sbr");

    public NetworkFacts {
        chained = List.copyOf(chained);
        subnets = List.copyOf(subnets);
    }

    /**
     * Whether a pod's address can stay the same on another node.
     *
     * @param message one sentence, why or why not
     */
    public record Verdict(boolean keepable, String message) {}

    /**
     * Reads the configuration that CRI-O uses: the first in the order of file names, unless one is
     * chosen by {@code cni_default_network}.
     *
     * @param directory usually {@code /etc/cni/net.d}
     * @param network the chosen name, if there is one
     * @return empty if the directory holds no usable configuration
     */
    public static Optional<NetworkFacts> read(Path directory, Optional<String> network)
            throws IOException {
        for (Path file : configurations(directory)) {
            Optional<NetworkFacts> facts = parse(Files.readString(file));
            if (facts.isPresent() && network.map(facts.get().name()::equals).orElse(true)) {
                return facts;
            }
        }
        return Optional.empty();
    }

    private static Set<Path> configurations(Path directory) throws IOException {
        Set<Path> files = new TreeSet<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> found =
                    Files.newDirectoryStream(directory, "*.{conf,conflist,json}")) {
                found.forEach(files::add);
            }
        }
        return files;
    }

    /** A list of plugins, or one plugin alone in the older form. */
    static Optional<NetworkFacts> parse(String json) throws IOException {
        JsonNode root = JSON.readTree(json);
        List<JsonNode> plugins = new ArrayList<>();
        if (root.has("plugins")) {
            root.path("plugins").forEach(plugins::add);
        } else if (root.has("type")) {
            plugins.add(root);
        }
        if (plugins.isEmpty()) {
            return Optional.empty(); // CRI-O passes such a file over
        }
        JsonNode main = plugins.getFirst();
        JsonNode ipam = main.path("ipam");
        String type = main.path("type").asText();
        return Optional.of(
                new NetworkFacts(
                        root.path("name").asText(),
                        type,
                        plugins.stream()
                                .skip(1)
                                .map(plugin -> plugin.path("type").asText())
                                .toList(),
                        ipam.path("type").asText(),
                        type.equals("bridge")
                                ? Optional.of(main.path("bridge").asText(DEFAULT_BRIDGE))
                                : Optional.empty(),
                        subnets(ipam),
                        ipam.has("dataDir")
                                ? Path.of(ipam.path("dataDir").asText())
                                : DEFAULT_DATA_DIRECTORY));
    }

    /**
     * {@code ranges} is a list of alternatives for each address that a pod gets; {@code subnet} is
     * the older form.
     */
    private static List<Cidr> subnets(JsonNode ipam) {
        List<Cidr> subnets = new ArrayList<>();
        if (ipam.has("subnet")) {
            subnets.add(Cidr.parse(ipam.path("subnet").asText()).network());
        }
        for (JsonNode set : ipam.path("ranges")) {
            for (JsonNode range : set) {
                subnets.add(Cidr.parse(range.path("subnet").asText()).network());
            }
        }
        return subnets;
    }

    /**
     * What this node's network allows; whether two nodes share a segment only {@code
     * NeighbourProbe} can tell.
     */
    public Verdict verdict() {
        if (!plugin.equals("bridge")) {
            return new Verdict(
                    false,
                    "The network plugin %s binds addresses to their node.".formatted(plugin));
        }
        if (!addressManagement.equals("host-local")) {
            return new Verdict(
                    false,
                    "Addresses given out by %s cannot be reserved for a pod that has left."
                            .formatted(
                                    addressManagement.isEmpty()
                                            ? "no address management"
                                            : addressManagement));
        }
        for (String further : chained) {
            if (!HARMLESS.contains(further)) {
                return new Verdict(
                        false,
                        "The plugin %s may refuse addresses that it did not see."
                                .formatted(further));
            }
        }
        return new Verdict(
                true,
                "Addresses of %s can be kept among nodes on the same layer-2 segment."
                        .formatted(subnetText()));
    }

    private String subnetText() {
        return String.join(", ", subnets.stream().map(Cidr::toString).toList());
    }
}
