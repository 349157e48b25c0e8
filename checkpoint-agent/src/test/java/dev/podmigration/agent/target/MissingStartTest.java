package dev.podmigration.agent.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.testnode.TestNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class MissingStartTest {

    @TempDir Path root;

    @Test
    void aRestoredContainerThatNobodyStartsIsStarted() throws Exception {
        TestNode node = new TestNode(root);
        mark(node, "waits", "");
        mark(node, "runs", "started\n");

        new MissingStart(node.runtime(), node.directories()).make(List.of("runs", "waits", "gone"));

        assertThat(node.runtime().started()).containsExactly("waits");
    }

    @Test
    void whatTheRuntimeHasForgottenCannotBeStarted() throws Exception {
        TestNode node = new TestNode(root);
        mark(node, "lost", "");
        node.runtime().forget("lost");

        assertThat(
                        new MissingStart(node.runtime(), node.directories())
                                .make(List.of("lost", "gone")))
                .containsExactly("lost");
    }

    private static void mark(TestNode node, String id, String content) throws Exception {
        Path mark = node.directories().restored(id);
        Files.createDirectories(mark.getParent());
        Files.writeString(mark, content);
    }
}
