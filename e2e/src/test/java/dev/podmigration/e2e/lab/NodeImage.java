package dev.podmigration.e2e.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** An image that one node has and the other cannot get. Closing it removes it. */
public final class NodeImage implements AutoCloseable {
    private static final String NAME = "localhost/e2e-rare:1";

    private final Lab lab;
    private final String node;

    private NodeImage(Lab lab, String node) {
        this.lab = lab;
        this.node = node;
    }

    public static NodeImage onlyOn(Lab lab, String node) throws IOException {
        Path scratch = Files.createTempDirectory("e2e-image");
        Path content = Files.createDirectories(scratch.resolve("root/srv"));
        Files.writeString(content.resolve("rare"), "on one node only\n");
        String base = lab.run("base-image").orFail();
        Path layout = scratch.resolve("layout");
        lab.run("oci", "--base", base, content.getParent().toString(), layout.toString()).orFail();
        Path archive = scratch.resolve("layout.tar");
        Program.run(
                        Duration.ofMinutes(1),
                        List.of("tar", "-C", layout.toString(), "-cf", archive.toString(), "."))
                .orFail();
        lab.sendToNode(
                node,
                archive,
                """
                scratch=$(mktemp -d /var/lib/containers/e2e-image.XXXXXX)
                trap 'rm -rf "$scratch"' EXIT
                tar -C "$scratch" -xf -
                skopeo copy --quiet "oci:$scratch" "containers-storage:$1"
                """,
                NAME);
        Program.run(Duration.ofMinutes(1), List.of("rm", "-rf", scratch.toString())).orFail();
        return new NodeImage(lab, node);
    }

    public String name() {
        return NAME;
    }

    /**
     * CRI-O removes a container some time after its pod is gone, and the image is in use till then.
     */
    @Override
    public void close() {
        await("the image is not in use any more")
                .atMost(Duration.ofMinutes(1))
                .untilAsserted(
                        () ->
                                assertThat(
                                                lab.onNode(
                                                        node,
                                                        "skopeo delete \"containers-storage:$1\""
                                                                + " 2>&1 || :",
                                                        NAME))
                                        .doesNotContain("is in use"));
    }
}
