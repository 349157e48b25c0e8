package dev.podmigration.deploy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.deploy.Project;
import dev.podmigration.pages.Block;
import dev.podmigration.pages.Page;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.stream.Stream;

/**
 * The commands of the pages, with real kubectl and Helm against a real API server. There are no
 * nodes behind it: commands that wait for a pod are marked {@code lab} and run elsewhere.
 */
@ExtendWith(ApiServerExtension.class)
class CommandsIT {
    private final BareCluster cluster;

    CommandsIT(ApiServer server) throws Exception {
        cluster = BareCluster.of(server);
    }

    static Stream<Page> pages() {
        return Page.all(Project.path("")).stream()
                .filter(page -> page.blocks().stream().anyMatch(block -> block.isRunIn("api")));
    }

    @BeforeEach
    void startBare() throws Exception {
        cluster.clear();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyCommandOfThePageSucceedsInItsOrder(Page page) throws Exception {
        boolean installs =
                page.blocks().stream().anyMatch(block -> block.text().contains("helm install"));
        if (!installs) {
            cluster.installWithAMigration();
        }
        for (Block block : page.blocks().stream().filter(found -> found.isRunIn("api")).toList()) {
            Shell.Outcome outcome = cluster.shell().run(block.text());
            System.out.printf("--- %s%n%s%n", block.place(), outcome.output());
            assertThat(outcome.code()).as("%s%n%s", block.place(), outcome.output()).isZero();
        }
    }
}
