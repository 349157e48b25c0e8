package dev.podmigration.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Against the kernel of this machine, in groups made for the test; skipped where it may not make
 * any.
 */
class FreezingTest {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    enum Version {
        V1(Path.of("/sys/fs/cgroup/freezer"), "freezer.state", FreezerCgroup::new),
        V2(unifiedMount(), "cgroup.freeze", UnifiedCgroup::new);

        private final Path mount;
        private final String file;

        @SuppressWarnings("ImmutableEnumChecker") // A constructor reference keeps nothing.
        private final Function<Path, Cgroup> group;

        Version(Path mount, String file, Function<Path, Cgroup> group) {
            this.mount = mount;
            this.file = file;
            this.group = group;
        }

        private static Path unifiedMount() {
            Path hybrid = Path.of("/sys/fs/cgroup/unified");
            return Files.exists(hybrid) ? hybrid : Path.of("/sys/fs/cgroup");
        }
    }

    private final List<Path> made = new ArrayList<>();
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void removeGroups() throws Exception {
        for (Process process : started) {
            process.destroyForcibly();
        }
        for (Path group : made) {
            if (Files.exists(group.resolve("freezer.state"))) {
                Files.writeString(group.resolve("freezer.state"), "THAWED");
            }
        }
        for (Process process : started) {
            process.waitFor(5, TimeUnit.SECONDS);
        }
        Collections.reverse(made);
        for (Path group : made) {
            Files.delete(group);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFrozenProcessStandsStillUntilItIsThawed(Version version) throws Exception {
        Cgroup group = make(version, null, "pod");
        start(group);

        group.freeze(LIMIT);
        assertThat(group.isFrozen()).isTrue();
        assertThat(group.wasAskedToFreeze()).isTrue();

        group.freeze(LIMIT);
        group.thaw(LIMIT);
        assertThat(group.isFrozen()).isFalse();
        assertThat(group.wasAskedToFreeze()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void thawingAContainerDoesNotWakeItWhileThePodIsFrozen(Version version) throws Exception {
        Cgroup pod = make(version, null, "pod");
        Cgroup container = make(version, pod, "container");
        start(container);

        container.freeze(LIMIT);
        pod.freeze(LIMIT);
        container.thaw(LIMIT);

        assertThat(container.isFrozen()).isTrue();
        assertThat(container.wasAskedToFreeze()).isFalse();

        pod.thaw(LIMIT);
        assertThat(container.isFrozen()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void processesOfGroupsBelowAreCountedAndKilled(Version version) throws Exception {
        Cgroup pod = make(version, null, "pod");
        Process first = start(make(version, pod, "one"));
        Process second = start(make(version, pod, "two"));

        assertThat(pod.processes()).containsExactlyInAnyOrder(first.pid(), second.pid());

        pod.freeze(LIMIT);
        pod.killAll();
        pod.thaw(LIMIT);

        assertThat(first.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(second.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(first.exitValue()).isEqualTo(128 + 9);
    }

    @ParameterizedTest
    @EnumSource
    void aGroupThatIsGoneIsAnError(Version version) throws Exception {
        Cgroup group = make(version, null, "pod");
        Files.delete(group.directory());
        made.clear();
        assertThatThrownBy(() -> group.freeze(LIMIT)).isInstanceOf(IOException.class);
        assertThatThrownBy(group::processes).isInstanceOf(IOException.class);
    }

    private Cgroup make(Version version, @Nullable Cgroup parent, String name) throws IOException {
        Path directory =
                parent == null
                        ? version.mount.resolve(
                                "podmigration-test-" + ProcessHandle.current().pid() + "-" + name)
                        : parent.directory().resolve(name);
        try {
            Files.createDirectory(directory);
        } catch (IOException e) {
            assumeThat(false).as("cannot make groups in %s: %s", version.mount, e).isTrue();
        }
        made.add(directory);
        assumeThat(directory.resolve(version.file)).exists();
        return version.group.apply(directory);
    }

    private Process start(Cgroup group) throws IOException {
        Process process = new ProcessBuilder("sleep", "600").start();
        started.add(process);
        Files.writeString(group.directory().resolve("cgroup.procs"), Long.toString(process.pid()));
        return process;
    }
}
