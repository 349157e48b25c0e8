package dev.podmigration.agent.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.agent.host.Host;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class CriuConfigurationTest {

    private static final String HOOK = "action-script /var/lib/podmigration/bin/hook\n";

    @TempDir Path root;

    private Host host;
    private Path file;

    @BeforeEach
    void makeNode() throws IOException {
        host = Host.at(root);
        file = root.resolve("etc/criu/crun.conf");
        Files.createDirectories(file.getParent());
    }

    @Test
    void theHookIsAlwaysNamedAndOptionsOnlyDuringALease() throws Exception {
        CriuConfiguration configuration = CriuConfiguration.of(host, "/usr/bin/crun");
        configuration.install();
        assertThat(file).hasContent("# BEGIN podmigration\n" + HOOK + "# END podmigration\n");
        assertThat(configuration.isInstalled()).isTrue();

        try (CriuConfiguration.Lease lease = configuration.lease(DumpOptions.defaults())) {
            assertThat(lease).isNotNull();
            assertThat(file)
                    .content()
                    .contains(HOOK + "tcp-established\nskip-in-flight\nfile-locks\nshell-job\n");
            assertThat(configuration.isInstalled()).as("while a dump starts").isTrue();
        }
        assertThat(file).hasContent("# BEGIN podmigration\n" + HOOK + "# END podmigration\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ghost-limit 4M\n",
                "ghost-limit 4M",
                "# a note\n\n\n",
                "\n",
                "# caf\u00e9\ntimeout 30\r\n",
                "# BEGIN podmigrations\nx\n"
            })
    void whatOthersWroteIsLeftByteForByte(String others) throws Exception {
        Files.writeString(file, others);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        CriuConfiguration configuration = CriuConfiguration.of(host, "/usr/bin/crun");

        configuration.install();
        configuration.lease(DumpOptions.defaults()).close();
        configuration.install();
        assertThat(Files.readString(file)).startsWith(others).contains(HOOK);

        configuration.remove();
        assertThat(Files.readString(file)).isEqualTo(others);
        assertThat(Files.getPosixFilePermissions(file))
                .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    }

    @Test
    void aFileThatWasNotThereIsTakenAway() throws Exception {
        CriuConfiguration configuration = CriuConfiguration.of(host, "/usr/bin/crun");
        configuration.install();
        configuration.remove();
        assertThat(file.getParent()).isEmptyDirectory();
    }

    @Test
    void aDumpThatIsStartingKeepsItsOptionsWhateverLooksAfterTheNode() throws Exception {
        CriuConfiguration configuration = CriuConfiguration.of(host, "/usr/bin/crun");
        configuration.install();
        CriuConfiguration keeper = CriuConfiguration.of(host, "/usr/bin/crun");
        try (CriuConfiguration.Lease _ = configuration.lease(DumpOptions.defaults())) {
            assertThat(keeper.isInstalled()).isTrue();

            keeper.install();

            assertThat(file).content().contains("tcp-established");
        }
        assertThat(file).content().doesNotContain("tcp-established");
        assertThat(keeper.isInstalled()).isTrue();
        Files.writeString(file, "timeout 30\n");
        assertThat(keeper.isInstalled()).isFalse();
    }

    @Test
    void whatAKilledAgentLeftIsTakenAway() throws Exception {
        CriuConfiguration configuration = CriuConfiguration.of(host, "/usr/bin/crun");
        Files.writeString(
                file,
                "timeout 30\n# BEGIN podmigration\n"
                        + HOOK
                        + "tcp-established\n# END podmigration\n");
        Files.writeString(file.resolveSibling(".crun.conf.podmigration"), "half");

        configuration.install();
        assertThat(file).content().doesNotContain("tcp-established");
        configuration.remove();

        assertThat(file).hasContent("timeout 30\n");
        assertThat(file.getParent()).isDirectoryNotContaining("glob:**.podmigration");
    }

    @Test
    void aBlockThatSomebodyChangedIsNotInstalled() throws Exception {
        CriuConfiguration configuration = CriuConfiguration.of(host, "/usr/bin/crun");
        assertThat(configuration.isInstalled()).isFalse();
        configuration.install();
        Files.writeString(file, Files.readString(file).replace("bin/hook", "bin/other"));
        assertThat(configuration.isInstalled()).isFalse();
        configuration.install();
        Files.writeString(file, Files.readString(file).replace("# END podmigration\n", ""));
        assertThat(configuration.isInstalled()).isFalse();
    }

    @Test
    void aBlockWithoutItsEndIsReplacedAndNotNested() throws Exception {
        Files.writeString(file, "timeout 30\n# BEGIN podmigration\n" + HOOK);
        CriuConfiguration configuration = CriuConfiguration.of(host, "/usr/bin/crun");
        configuration.install();
        assertThat(file)
                .hasContent("timeout 30\n# BEGIN podmigration\n" + HOOK + "# END podmigration\n");
    }

    @Test
    void aSecondDumpWaitsForItsTurn() throws Exception {
        CriuConfiguration configuration = CriuConfiguration.of(host, "/usr/bin/crun");
        CriuConfiguration.Lease first = configuration.lease(DumpOptions.defaults());
        CountDownLatch got = new CountDownLatch(1);
        Thread second =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        CriuConfiguration.Lease lease =
                                                configuration.lease(DumpOptions.defaults());
                                        got.countDown();
                                        lease.close();
                                    } catch (Exception e) {
                                        throw new IllegalStateException(e);
                                    }
                                });
        await().until(() -> second.getState() == Thread.State.TIMED_WAITING);
        assertThat(got.getCount()).isEqualTo(1);

        first.close();
        first.close();

        assertThat(got.await(5, TimeUnit.SECONDS)).isTrue();
        second.join();
    }

    @Test
    void anotherAgentProcessHoldsTheFileTheSameWay() throws Exception {
        CriuConfiguration configuration = CriuConfiguration.of(host, "/usr/bin/crun");
        Path lock = root.resolve("run/podmigration/criu.lock");
        Files.createDirectories(lock.getParent());
        Process other =
                new ProcessBuilder(
                                "flock",
                                "--exclusive",
                                "--no-fork",
                                lock.toString(),
                                "sh",
                                "-c",
                                "echo locked; exec sleep 1000")
                        .start();
        assertThat(other.inputReader().readLine()).isEqualTo("locked");
        CountDownLatch got = new CountDownLatch(1);
        Thread waiter =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        CriuConfiguration.Lease lease =
                                                configuration.lease(DumpOptions.defaults());
                                        got.countDown();
                                        lease.close();
                                    } catch (Exception e) {
                                        throw new IllegalStateException(e);
                                    }
                                });
        assertThat(got.await(300, TimeUnit.MILLISECONDS)).isFalse();

        other.destroyForcibly().waitFor();

        assertThat(got.await(5, TimeUnit.SECONDS)).isTrue();
        waiter.join();
    }

    @ParameterizedTest
    @CsvSource({
        "/usr/bin/crun, '', /etc/criu/crun.conf",
        "/usr/bin/crun, runc.conf, /etc/criu/runc.conf",
        "/usr/bin/crun, crun.conf runc.conf, /etc/criu/crun.conf",
        "/usr/libexec/crio/crun, '', /etc/criu/crun.conf",
        "/usr/bin/runc, '', /etc/criu/runc.conf",
        "/usr/bin/runc, crun.conf, /etc/criu/runc.conf",
    })
    void theFileIsTheOneTheRuntimeReads(String runtime, String existing, String expected)
            throws Exception {
        for (String name : existing.isEmpty() ? new String[0] : existing.split(" ")) {
            Files.writeString(file.resolveSibling(name), "timeout 30\n");
        }
        assertThat(CriuConfiguration.of(host, runtime).path()).isEqualTo(expected);
    }
}
