package dev.podmigration.agent.launcher;

import static dev.podmigration.agent.launcher.ScriptNode.ID;
import static dev.podmigration.agent.launcher.ScriptNode.UID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

class LauncherScriptTest {

    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final String SHELL = "dash";

    @TempDir Path root;

    private ScriptNode node;

    @BeforeEach
    void makeNode() throws IOException {
        node = new ScriptNode(root);
    }

    @AfterEach
    void stop() {
        node.stop();
    }

    // -- what does not concern it
    // ----------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash --posix"})
    void aPodThatIsNotBeingMovedIsCreatedByTheRealRuntime(String shell) throws Exception {
        node.config(RuntimeConfig.ofOther().json());
        assertThat(exitCode(node.launch(shell, node.create(ID)))).isZero();
        assertThat(node.runtimeCalls()).containsExactly(node.create(ID));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--root /run/crun --systemd-cgroup exec --process /p x",
                "--root /run/crun state ID",
                "--root /run/crun kill ID 15",
                "--version",
                "features",
                "checkpoint --help",
                "--root /run/crun delete --force ID",
                "--root /run/crun start ID",
                "--root /run/crun update --resources - ID",
                "--root /run/crun pause ID",
            })
    void otherVerbsAreHandedOnUnchanged(String line) throws Exception {
        List<String> arguments = List.of(line.replace("ID", ID).split(" "));
        assertThat(exitCode(node.launch(SHELL, arguments))).isZero();
        assertThat(node.runtimeCalls()).containsExactly(arguments);
    }

    @Test
    void argumentsWithSpacesQuotesAndPatternsArriveAsTheyWere() throws Exception {
        List<String> arguments = List.of("--root=/run/a b", "state", "it's \"odd\" $HOME * \\n");
        exitCode(node.launch(SHELL, arguments));
        assertThat(node.runtimeCalls()).containsExactly(arguments);
    }

    @Test
    void theExitCodeOfTheRealRuntimeIsHandedBack() throws Exception {
        Files.writeString(root.resolve("exit-code"), "42\n");
        assertThat(exitCode(node.launch(SHELL, List.of("state", ID)))).isEqualTo(42);
    }

    @Test
    void textThatOnlyLooksLikeTheAnnotationMovesNothing() throws Exception {
        node.config(
                RuntimeConfig.ofOther()
                        .annotation("note", "\"podmigration.dev/restore\":\"x\"")
                        .environment(
                                "X=\"podmigration.dev/restore\":\"x\"", "podmigration.dev/restore")
                        .arguments(
                                "sh",
                                "-c",
                                "echo '\"podmigration.dev/restore\":'",
                                "podmigration.dev/restore",
                                ":")
                        .json());
        assertThat(exitCode(node.launch(SHELL, node.create(ID)))).isZero();
        assertThat(node.runtimeCalls()).containsExactly(node.create(ID));
    }

    // -- the restore
    // -----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash --posix"})
    void aContainerOfAMovedPodIsRestoredInPlaceOfBeingCreated(String shell) throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        RestoreGate gate = gate("app");
        Process launcher = node.launch(shell, node.create(ID));

        ArmedLauncher armed = gate.awaitArmed(LIMIT);
        assertThat(armed.containerId()).isEqualTo(ID);
        assertThat(armed.bundle()).isEqualTo(root.resolve("bundle").toString());
        assertThat(armed.pid()).isEqualTo(launcher.pid());
        assertThat(node.runtimeCalls()).isEmpty();

        gate.restore(armed, Set.of());
        assertThat(gate.awaitResult(armed, LIMIT)).isZero();

        assertThat(exitCode(launcher)).isZero();
        assertThat(node.runtimeCalls())
                .containsExactly(
                        List.of(
                                "--root=/run/crun",
                                "restore",
                                "--detach",
                                "--image-path",
                                gate.images().toString(),
                                "--work-path",
                                gate.work().toString(),
                                "--tcp-established",
                                "--file-locks",
                                "--shell-job",
                                "--bundle",
                                root.resolve("bundle").toString(),
                                "--pid-file",
                                root.resolve("bundle/pidfile").toString(),
                                ID));
    }

    @Test
    void aConfigurationOnOneLineIsUnderstoodToo() throws Exception {
        String other =
                "\"cgroupsPath\":\"/kubepods/pod11111111-1111-1111-1111-111111111111/crio-x\"";
        node.config(RuntimeConfig.ofRestore("app").annotation("a", other).jsonOnOneLine());
        assertThat(restore("app", ID)).isZero();

        node.config(RuntimeConfig.ofRestore("app").annotation("cgroupsPath", "x").jsonOnOneLine());
        Process launcher = node.launch(SHELL, node.create(ID));
        assertThat(exitCode(launcher)).isEqualTo(1);
        assertThat(node.stderr()).contains("more than one cgroupsPath");
    }

    @Test
    void whatWasReceivedBeforeThePodExistedIsFoundBehindALink() throws Exception {
        String received = "deadbeef-6a7e-4d1c-9a52-1d2c3b4a5f60";
        RestoreGate gate = RestoreGate.open(node.directories, received, "app");
        Files.createSymbolicLink(node.directories.restores(ScriptNode.UID), Path.of(received));
        node.config(RuntimeConfig.ofRestore("app").json());
        Process launcher = node.launch(SHELL, node.create(ID));

        ArmedLauncher armed = gate.awaitArmed(LIMIT);
        gate.restore(armed, Set.of());

        assertThat(gate.awaitResult(armed, LIMIT)).isZero();
        assertThat(exitCode(launcher)).isZero();
        assertThat(node.runtimeCalls().getFirst()).contains("restore");
    }

    /** A kubelet that was restarted before it came to the start makes another container. */
    @Test
    void nothingIsStartedBesideARestoredContainerThatWaitsForItsStart() throws Exception {
        String second = "7a".repeat(32);
        node.config(RuntimeConfig.ofRestore("app").json());
        assertThat(restore("app", ID)).isZero();
        RestoreMark.COMMITTED.set(node.directories, ScriptNode.UID);
        node.answer("{\"ociVersion\":\"1.0\",\"status\": \"running\"}");

        assertThat(exitCode(node.launch(SHELL, node.create(second)))).isEqualTo(1);
        assertThat(node.stderr()).contains("was restored as " + ID + " and runs");
        assertThat(node.runtimeCalls().getLast()).containsExactly("--root=/run/crun", "state", ID);

        assertThat(exitCode(node.launch(SHELL, List.of("--root=/run/crun", "start", ID)))).isZero();
        assertThat(exitCode(node.launch(SHELL, node.create(second)))).isZero();
        assertThat(node.runtimeCalls().getLast()).isEqualTo(node.create(second));
    }

    @Test
    void aRestoredContainerThatEndedBeforeItsStartIsStartedAnew() throws Exception {
        String second = "7a".repeat(32);
        node.config(RuntimeConfig.ofRestore("app").json());
        assertThat(restore("app", ID)).isZero();
        RestoreMark.COMMITTED.set(node.directories, ScriptNode.UID);
        node.answer("{\"ociVersion\":\"1.0\",\"status\": \"stopped\"}");

        assertThat(exitCode(node.launch(SHELL, node.create(second)))).isZero();
        assertThat(node.runtimeCalls().getLast()).isEqualTo(node.create(second));
    }

    @Test
    void nothingButTheRuntimeIsStartedBetweenTheOrderAndTheRestore() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        RestoreGate gate = gate("app");
        node.launch(SHELL, node.create(ID));
        ArmedLauncher armed = gate.awaitArmed(LIMIT);

        node.takeToolsAway();
        gate.restore(armed, EnumSet.allOf(RestoreOption.class));

        assertThat(gate.awaitResult(armed, LIMIT)).isZero();
        assertThat(node.runtimeCalls().getFirst()).contains("restore", "--tcp-close");
    }

    @Test
    void criuFreesImagesWhileItReadsThemOnlyIfThatIsOrdered() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        RestoreGate gate = gate("app");
        for (Set<RestoreOption> options :
                List.of(Set.<RestoreOption>of(), Set.of(RestoreOption.FREE_IMAGES))) {
            node.launch(SHELL, node.create(ID));
            ArmedLauncher armed = gate.awaitArmed(LIMIT);
            gate.restore(armed, options);
            assertThat(gate.awaitResult(armed, LIMIT)).isZero();
        }

        assertThat(node.criuConfiguration(1)).isEmpty();
        assertThat(node.criuConfiguration(2)).contains("auto-dedup\n");
    }

    @Test
    void theContainersStreamsReachTheRuntimeUntouched() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        restore("app", ID);
        assertThat(node.runtimeStdio())
                .containsExactly(
                        root.resolve("stdin").toString(),
                        root.resolve("stdout").toString(),
                        root.resolve("stderr").toString());
        assertThat(node.stdout()).isEmpty();
        assertThat(node.stderr()).isEmpty();
    }

    @Test
    void theWatchdogDoesNotOutliveTheOrderNorHoldTheStreams() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        RestoreGate gate = gate("app");
        Process launcher = node.launch(SHELL, node.create(ID));
        ArmedLauncher armed = gate.awaitArmed(LIMIT);
        List<ProcessHandle> children = launcher.descendants().toList();
        assertThat(children).isNotEmpty();

        gate.restore(armed, Set.of());
        exitCode(launcher);

        for (ProcessHandle child : children) {
            // Gone, or a zombie that process 1 has yet to collect: its command line is empty then.
            await().untilAsserted(
                            () ->
                                    assertThat(Path.of("/proc/" + child.pid() + "/cmdline"))
                                            .satisfiesAnyOf(
                                                    file -> assertThat(file).doesNotExist(),
                                                    file ->
                                                            assertThat(Files.readString(file))
                                                                    .isEmpty()));
        }
    }

    @Test
    void aRestoredContainerIsNotStartedAndItsMarkGoesWithIt() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        restore("app", ID);
        List<String> start = List.of("--root", "/run/crun", "start", ID);
        List<String> delete = List.of("--root", "/run/crun", "delete", "--force", ID);

        assertThat(exitCode(node.launch(SHELL, start))).isZero();
        assertThat(node.runtimeCalls()).hasSize(1);

        assertThat(exitCode(node.launch(SHELL, delete))).isZero();
        assertThat(exitCode(node.launch(SHELL, start))).isZero();
        assertThat(node.runtimeCalls()).hasSize(3).endsWith(delete, start);
    }

    @ParameterizedTest
    @ValueSource(strings = {"running", "paused"})
    void aRestoredContainerIsSaidToBeCreatedUntilItIsStarted(String status) throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        restore("app", ID);
        node.answer("{\"id\": \"x\", \"status\": \"" + status + "\", \"pid\": 7}");
        List<String> state = List.of("--root", "/run/crun", "state", ID);
        List<String> start = List.of("--root", "/run/crun", "start", ID);

        assertThat(output(node.launch(SHELL, state)))
                .contains("\"id\": \"x\", \"status\": \"created\", \"pid\": 7");
        assertThat(exitCode(node.launch(SHELL, start))).isZero();
        assertThat(output(node.launch(SHELL, state))).contains("\"status\": \"" + status + "\"");
    }

    @Test
    void aRestoredContainerThatHasEndedIsNotSaidToBeCreated() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        restore("app", ID);
        node.answer("{\"status\": \"stopped\"}");
        assertThat(output(node.launch(SHELL, List.of("--root", "/run/crun", "state", ID))))
                .contains("\"status\": \"stopped\"");
    }

    @Test
    void aFailedRestoreIsReportedAndLeavesNoMark() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        Files.writeString(root.resolve("exit-code"), "1\n");
        assertThat(restore("app", ID)).isEqualTo(1);
        assertThat(root.resolve("run/podmigration/restored/" + ID)).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/kubepods/pod%s/crio-" + "x",
                "/kubepods/burstable/pod%s/crio-x",
                "/tenant/kubepods/besteffort/pod%s/crio-x",
                "kubepods-pod%s.slice:crio:x",
                "kubepods-besteffort-pod%s.slice:crio:x",
                "tenant-kubepods-burstable-pod%s.slice:crio:x",
            })
    void thePodIsKnownByItsControlGroupUnderBothDrivers(String form) throws Exception {
        String uid = form.contains(".slice") ? UID.replace('-', '_') : UID;
        node.config(RuntimeConfig.ofRestore("app").cgroupsPath(form.formatted(uid)).json());
        assertThat(restore("app", ID)).isZero();
    }

    @Test
    void theLabelsOfTheNewPodAreHandedToTheRestore() throws Exception {
        node.config(
                RuntimeConfig.ofRestore("app")
                        .selinux("system_u:system_r:container_t:s0:c1,c2")
                        .json());
        restore("app", ID);
        assertThat(node.runtimeCalls().getFirst())
                .contains(
                        "--lsm-profile=selinux:system_u:system_r:container_t:s0:c1,c2",
                        "--lsm-mount-context=system_u:system_r:container_file_t:s0:c1,c2");
    }

    // -- what a user may try
    // ---------------------------------------------------------------------------------------

    @Test
    void valuesThatImitateOurKeysChangeNothing() throws Exception {
        String other =
                "\"cgroupsPath\":\"/kubepods/pod11111111-1111-1111-1111-111111111111/crio-x\"";
        node.config(
                RuntimeConfig.ofRestore("app")
                        .annotation("a", other)
                        .annotation(
                                "io.kubernetes.cri-o.Annotations",
                                "{" + other + ",\"io.kubernetes.container.name\":\"db\"}")
                        .environment("A=" + other, "B=\",\"io.kubernetes.container.name\":\"db\"")
                        .arguments("cgroupsPath", ":", other)
                        .json());
        assertThat(restore("app", ID)).isZero();
    }

    @Test
    void aSecondCgroupsPathIsRefused() throws Exception {
        node.config(
                RuntimeConfig.ofRestore("app")
                        .annotation(
                                "cgroupsPath",
                                "/kubepods/pod11111111-1111-1111-1111-111111111111/crio-x")
                        .json());
        assertRefused("more than one cgroupsPath");
    }

    @Test
    void aSecondSelinuxLabelIsRefused() throws Exception {
        node.config(
                RuntimeConfig.ofRestore("app")
                        .annotation("selinuxLabel", "system_u:system_r:spc_t:s0")
                        .selinux("system_u:system_r:container_t:s0")
                        .json());
        assertRefused("more than one selinuxLabel");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../../etc", "a/b", "A", "", "a b", "a\nb"})
    void anOddContainerNameIsRefused(String name) throws Exception {
        node.config(RuntimeConfig.ofRestore(name).json());
        assertRefused("container name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/kubepods/pod../crio-x",
                "/kubepods/podABC/crio-x",
                "/system.slice/crio.service",
                "kubepods-pod.slice:crio:x",
                "kubepods-besteffort.slice:crio:x",
                "/kubepods/burstable/pod/crio-x"
            })
    void aControlGroupThatNamesNoPodIsRefused(String path) throws Exception {
        node.config(RuntimeConfig.ofRestore("app").cgroupsPath(path).json());
        assertRefused("no pod uid in cgroupsPath");
    }

    @Test
    void anOddContainerIdIsRefused() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        Process launcher = node.launch(SHELL, node.create("../x"));
        assertThat(exitCode(launcher)).isEqualTo(1);
        assertThat(node.stderr()).contains("odd container id");
        assertThat(node.runtimeCalls()).isEmpty();
    }

    @Test
    void aConfigurationThatCannotBeReadIsNotTakenForAnotherPod() throws Exception {
        Process launcher = node.launch(SHELL, node.create(ID));
        assertThat(exitCode(launcher)).isEqualTo(1);
        assertThat(node.runtimeCalls()).isEmpty();
    }

    // -- never twice
    // -----------------------------------------------------------------------------------------------

    @Test
    void afterTheCommitAContainerIsCreatedAnew() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        RestoreMark.COMMITTED.set(node.directories, UID);
        assertThat(exitCode(node.launch(SHELL, node.create(ID)))).isZero();
        assertThat(node.runtimeCalls()).containsExactly(node.create(ID));
    }

    @Test
    void aCancelledPodIsNeitherRestoredNorStarted() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        gate("app");
        RestoreMark.CANCELLED.set(node.directories, UID);
        assertRefused("was cancelled");
    }

    @Test
    void anOrderThatComesAfterTheCommitRestoresNoSecondCopy() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        RestoreGate gate = gate("app");
        Process launcher = node.launch(SHELL, node.create(ID));
        ArmedLauncher armed = gate.awaitArmed(LIMIT);
        RestoreMark.COMMITTED.set(node.directories, UID);

        gate.restore(armed, Set.of());

        assertThat(exitCode(launcher)).isEqualTo(1);
        assertThat(node.stderr()).contains("is over");
        assertThat(node.runtimeCalls()).isEmpty();
    }

    @Test
    void aCancelledLauncherSaysWhy() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        RestoreGate gate = gate("app");
        Process launcher = node.launch(SHELL, node.create(ID));
        gate.awaitArmed(LIMIT);

        gate.cancel("the source\nrolled back");

        assertThat(exitCode(launcher)).isEqualTo(1);
        assertThat(node.stderr()).isEqualTo("podmigration: the source rolled back\n");
        assertThat(node.runtimeCalls()).isEmpty();
    }

    @Test
    void aRestoreThatHangsIsKilledWithAllThatItStarted() throws Exception {
        Files.createFile(root.resolve("hang"));
        node.config(RuntimeConfig.ofRestore("app").json());
        RestoreGate gate = gate("app");
        Process launcher = node.launch(SHELL, node.create(ID));
        gate.restore(gate.awaitArmed(LIMIT), Set.of());
        await().atMost(LIMIT).until(() -> Files.exists(root.resolve("hangs")));
        await().atMost(LIMIT).until(() -> launcher.descendants().count() >= 3);
        List<ProcessHandle> started = launcher.descendants().toList();

        gate.cancel("the source rolled back");

        assertThat(exitCode(launcher)).isNotZero();
        await().atMost(LIMIT).until(() -> started.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void withoutAnAgentTheLauncherGivesUpWithoutStartingAnything() throws Exception {
        node.install("launcher", Map.of("directory_seconds=30", "directory_seconds=1"));
        node.config(RuntimeConfig.ofRestore("app").json());
        assertRefused("nobody restores container app");
    }

    @Test
    void withoutAnOrderTheLauncherGivesUpWithoutStartingAnything() throws Exception {
        node.install("launcher", Map.of("order_seconds=80", "order_seconds=1"));
        node.config(RuntimeConfig.ofRestore("app").json());
        gate("app");
        assertRefused("no order from the agent in time");
    }

    // -- restarts
    // --------------------------------------------------------------------------------------------------

    @Test
    void aGateThatIsOpenedLateIsFound() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        Process launcher = node.launch(SHELL, node.create(ID));
        assertThat(launcher.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();

        RestoreGate gate = gate("app");
        ArmedLauncher armed = gate.awaitArmed(LIMIT);
        gate.restore(armed, Set.of());

        assertThat(exitCode(launcher)).isZero();
    }

    @Test
    void anAgentThatWasRestartedFindsTheWaitingLauncher() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        Process launcher = node.launch(SHELL, node.create(ID));
        ArmedLauncher seenBefore = gate("app").awaitArmed(LIMIT);

        RestoreGate again = gate("app");
        assertThat(again.armed()).contains(seenBefore);
        again.restore(seenBefore, Set.of());

        assertThat(exitCode(launcher)).isZero();
        assertThat(gate("app").result(seenBefore)).contains(0);
    }

    @Test
    void aLauncherThatWasKilledIsForgottenAndTheNextTryIsRestored() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        RestoreGate gate = gate("app");
        Process first = node.launch(SHELL, node.create(ID));
        gate.awaitArmed(LIMIT);
        first.destroyForcibly().waitFor();
        assertThat(gate.armed()).isEmpty();

        String nextId = "a0".repeat(32);
        Process second = node.launch(SHELL, node.create(nextId));
        ArmedLauncher armed = gate.awaitArmed(LIMIT);
        assertThat(armed.containerId()).isEqualTo(nextId);
        gate.restore(armed, Set.of());

        assertThat(exitCode(second)).isZero();
    }

    @Test
    void theSameContainerCanBeTriedAgain() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        RestoreGate gate = gate("app");
        Files.writeString(root.resolve("exit-code"), "1\n");
        restore("app", ID);
        Files.delete(root.resolve("exit-code"));

        Process launcher = node.launch(SHELL, node.create(ID));
        ArmedLauncher armed = gate.awaitArmed(LIMIT);
        assertThat(gate.result(armed)).isEmpty();
        gate.restore(armed, Set.of());

        assertThat(gate.awaitResult(armed, LIMIT)).isZero();
        assertThat(exitCode(launcher)).isZero();
    }

    @Test
    void aLauncherThatDiesDuringTheRestoreIsAFailureAndNotAWait() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        RestoreGate gate = gate("app");
        Process launcher = node.launch(SHELL, node.create(ID));
        ArmedLauncher armed = gate.awaitArmed(LIMIT);
        launcher.destroyForcibly();

        assertThatThrownBy(() -> gate.awaitResult(armed, LIMIT))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure ->
                                assertThat(failure.reason())
                                        .isEqualTo(FailureReason.RestoreFailed));
    }

    @Test
    void noLauncherWithinTheLimitIsATypedFailure() throws Exception {
        assertThatThrownBy(() -> gate("app").awaitArmed(Duration.ofMillis(100)))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure ->
                                assertThat(failure.reason())
                                        .isEqualTo(FailureReason.LauncherTimeout));
    }

    @Test
    void nothingIsLeftOfAGateThatWasRemoved() throws Exception {
        node.config(RuntimeConfig.ofRestore("app").json());
        restore("app", ID);
        gate("app").remove();
        assertThat(node.fileNames(node.directories.restores(UID))).isEmpty();
    }

    private RestoreGate gate(String container) throws IOException {
        return RestoreGate.open(node.directories, UID, container);
    }

    private int restore(String container, String id) throws Exception {
        RestoreGate gate = gate(container);
        Process launcher = node.launch(SHELL, node.create(id));
        ArmedLauncher armed = gate.awaitArmed(LIMIT);
        gate.restore(armed, Set.of());
        int code = gate.awaitResult(armed, LIMIT);
        assertThat(exitCode(launcher)).isEqualTo(code);
        return code;
    }

    private void assertRefused(String message) throws Exception {
        Process launcher = node.launch(SHELL, node.create(ID));
        assertThat(exitCode(launcher)).isEqualTo(1);
        assertThat(node.stderr()).contains(message);
        assertThat(node.runtimeCalls()).isEmpty();
    }

    private String output(Process process) throws Exception {
        assertThat(exitCode(process)).isZero();
        return Files.readString(root.resolve("stdout"));
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("the launcher ended").isTrue();
        return process.exitValue();
    }
}
