package dev.podmigration.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What {@code deploy/on-lab uninstall} does to a cluster that is not done with podmigration. */
class OnLabUninstallTest {
    /**
     * Answers like the cluster that the files beside it describe, and writes down what it is told.
     */
    private static final String LAB =
            """
            #!/bin/sh
            cd "$(dirname "$0")"
            case "$*" in
                'kubectl get pods '*runtimeClassName*) cat pods ;;
                'kubectl get crd '*) [ -e migrations ] ;;
                'kubectl get podmigrations '*) cat migrations ;;
                'kubectl get '*)
                    echo "unexpected: $*" >&2
                    exit 1 ;;
                *) echo "$*" >>told ;;
            esac
            """;

    private Path project;

    @BeforeEach
    void layOut(@TempDir Path directory) throws IOException {
        project = directory;
        Files.createDirectories(project.resolve("lab"));
        Files.createDirectories(project.resolve("deploy"));
        executable(project.resolve("lab/lab"), LAB);
        executable(
                project.resolve("deploy/on-lab"), Files.readString(Project.path("deploy/on-lab")));
        write("pods", "");
        write("told", "");
    }

    @Test
    void finishedMigrationsAreDeletedWhileTheOperatorRuns() throws Exception {
        write("migrations", "ns/a Succeeded\nns/b RolledBack\nother/c Failed\nother/d Cancelled\n");

        Result result = uninstall();

        assertThat(result.code()).as(result.output()).isZero();
        assertThat(told())
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("kubectl delete podmigrations --all"),
                        second -> assertThat(second).startsWith("helm uninstall"),
                        third -> assertThat(third).startsWith("kubectl delete crd"),
                        fourth -> assertThat(fourth).startsWith("kubectl delete namespace"));
    }

    @Test
    void whereNothingIsInstalledNothingIsAskedAboutMigrations() throws Exception {
        Result result = uninstall();

        assertThat(result.code()).as(result.output()).isZero();
        assertThat(told()).first().asString().startsWith("helm uninstall");
    }

    @Test
    void aMovedPodThatRunsIsNamedAndNothingIsRemoved() throws Exception {
        write("pods", "flink/taskmanager-x Running\nns/ended-y Succeeded\n");
        write("migrations", "flink/a Succeeded\n");

        Result result = uninstall();

        assertThat(result.code()).isNotZero();
        assertThat(result.output())
                .contains("flink/taskmanager-x")
                .contains("kubectl -n NAMESPACE delete pod NAME")
                .doesNotContain("ended-y")
                .doesNotContain("flink/a");
        assertThat(told()).isEmpty();
    }

    @Test
    void aMigrationThatHasNotEndedIsNamedAndNothingIsRemoved() throws Exception {
        write("migrations", "ns/a Succeeded\nns/b Frozen\nns/c \n");

        Result result = uninstall();

        assertThat(result.code()).isNotZero();
        assertThat(result.output()).contains("ns/b Frozen").contains("ns/c").doesNotContain("ns/a");
        assertThat(told()).isEmpty();
    }

    private record Result(int code, String output) {}

    private Result uninstall() throws Exception {
        Process script =
                new ProcessBuilder(project.resolve("deploy/on-lab").toString(), "uninstall")
                        .redirectErrorStream(true)
                        .start();
        script.getOutputStream().close();
        String output = new String(script.getInputStream().readAllBytes(), UTF_8);
        assertThat(script.waitFor(30, TimeUnit.SECONDS)).as(output).isTrue();
        return new Result(script.exitValue(), output);
    }

    private List<String> told() throws IOException {
        return Files.readAllLines(project.resolve("lab/told"));
    }

    private void write(String file, String content) throws IOException {
        Files.writeString(project.resolve("lab").resolve(file), content);
    }

    private static void executable(Path file, String content) throws IOException {
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
