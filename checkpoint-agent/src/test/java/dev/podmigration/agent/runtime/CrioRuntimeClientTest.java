package dev.podmigration.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.runtime.cri.ContainerState;
import dev.podmigration.agent.runtime.cri.PodSandboxState;
import dev.podmigration.api.v1alpha1.FailureReason;

import io.grpc.Status;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

class CrioRuntimeClientTest {

    private static final String UID = "f983770c-404b-401a-8a07-a836a3cc6e71";
    private static final String SANDBOX = "a7".repeat(32);
    private static final String CONTAINER = "f6".repeat(32);
    private static final String LAYER =
            "/var/lib/containers/storage/overlay/95c6cd879b9a2413f96935ad6029a36844627c2f7298b265791f1bf8a1759fd5";

    @TempDir Path root;

    private FakeCrio crio;
    private CrioRuntimeClient client;

    @BeforeEach
    void start() throws IOException {
        Files.createDirectories(root.resolve("proc/1"));
        Files.createDirectories(root.resolve("run/crio"));
        mounts("");
        crio = new FakeCrio(root.resolve("run/crio/crio.sock"));
        crio.sandbox(UID, SANDBOX, 1, PodSandboxState.SANDBOX_READY);
        crio.container(SANDBOX, "app", CONTAINER, 5, ContainerState.CONTAINER_RUNNING, 4711);
        client = new CrioRuntimeClient(Host.at(root), "/run/crio/crio.sock");
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        crio.close();
    }

    @Test
    void aRuntimeThatWasStartedAgainIsAnother() throws IOException {
        String first = client.instance();
        assertThat(client.instance()).isEqualTo(first);

        // Its socket stays until the next one starts.
        crio.close();
        Path socket = root.resolve("run/crio/crio.sock");
        assertThat(socket).exists();
        assertThatThrownBy(client::instance).isInstanceOf(IOException.class);

        Files.delete(socket);
        crio = new FakeCrio(socket);
        assertThat(client.instance()).isNotEqualTo(first);
    }

    @Test
    void aPodIsDescribedByWhatCrioKnows() throws IOException {
        PodOnNode pod = client.pod(UID).orElseThrow();
        assertThat(pod.sandboxId()).isEqualTo(SANDBOX);
        assertThat(pod.namespace()).isEqualTo("kube-system");
        assertThat(pod.runtimeHandler()).isEqualTo("podmigration");
        assertThat(pod.networkNamespace())
                .contains("/var/run/netns/e7af2a03-1b8a-4107-b539-0e3d6ba65379");
        assertThat(pod.shmDirectory().orElseThrow()).endsWith("/userdata/shm");

        ContainerOnNode container = pod.container("app").orElseThrow();
        assertThat(container.pid()).isEqualTo(OptionalLong.of(4711));
        assertThat(container.rootDirectory()).isEqualTo(LAYER + "/merged");
        assertThat(container.writableLayer()).isEqualTo(LAYER + "/diff");
        assertThat(container.bundle())
                .isEqualTo("/run/containers/storage/overlay-containers/" + CONTAINER + "/userdata");
        assertThat(container.checkpointDirectory())
                .isEqualTo(
                        "/var/lib/containers/storage/overlay-containers/"
                                + CONTAINER
                                + "/userdata/checkpoint");
        assertThat(container.logPath()).endsWith("/coredns/0.log");
        assertThat(container.mounts())
                .contains(
                        new ContainerMount(
                                "/etc/coredns",
                                "/var/lib/kubelet/pods/"
                                        + UID
                                        + "/volumes/kubernetes.io~configmap/config",
                                "bind",
                                true));
    }

    @Test
    void theWritableLayerComesFromTheMountWhenItSaysSo() throws IOException {
        mounts(
                "10 9 0:80 / "
                        + LAYER
                        + "/merged rw - overlay overlay"
                        + " rw,lowerdir=/l,upperdir=/elsewhere/diff,workdir=/w\n");
        assertThat(client.pod(UID).orElseThrow().containers().getFirst().writableLayer())
                .isEqualTo("/elsewhere/diff");
    }

    @Test
    void aRelativeLayerOfAMountIsNotTaken() throws IOException {
        mounts(
                "10 9 0:80 / "
                        + LAYER
                        + "/merged rw - overlay overlay"
                        + " rw,lowerdir=l/A,upperdir=95c6/diff,workdir=w\n");
        assertThat(client.pod(UID).orElseThrow().containers().getFirst().writableLayer())
                .isEqualTo(LAYER + "/diff");
    }

    @Test
    void ofAContainerThatWasRestartedTheNewestCounts() throws IOException {
        String newer = "0a".repeat(32);
        crio.container(SANDBOX, "app", newer, 9, ContainerState.CONTAINER_CREATED, 0);
        PodOnNode pod = client.pod(UID).orElseThrow();
        assertThat(pod.containers())
                .singleElement()
                .satisfies(
                        container -> {
                            assertThat(container.id()).isEqualTo(newer);
                            assertThat(container.isRunning()).isFalse();
                        });
    }

    @Test
    void aSandboxThatDiedIsNotThePod() throws IOException {
        crio.sandbox(UID, "dd".repeat(32), 7, PodSandboxState.SANDBOX_NOTREADY);
        assertThat(client.pod(UID).orElseThrow().sandboxId()).isEqualTo(SANDBOX);
        assertThat(client.pod("no-such-pod")).isEmpty();
    }

    @Test
    void aPodOfTheNodesOwnNetworkHasNoNamespace() throws IOException {
        ObjectNode linux = (ObjectNode) crio.sandboxConfigurations.get(SANDBOX).path("linux");
        linux.putArray("namespaces").addObject().put("type", "pid");
        assertThat(client.pod(UID).orElseThrow().networkNamespace()).isEmpty();
    }

    @Test
    void aContainerThatIsHeldBackIsDescribedByItsBundle() throws IOException {
        Path bundle = Files.createDirectories(root.resolve("run/bundle"));
        Files.writeString(
                bundle.resolve("config.json"),
                CrioConfigurationTest.resource("container-config.json"));
        ContainerOnNode container = client.fromBundle("/run/bundle");
        assertThat(container.name()).isEqualTo("coredns");
        assertThat(container.isRunning()).isFalse();
        assertThat(container.rootDirectory()).isEqualTo(LAYER + "/merged");
    }

    @Test
    void aContainerIsStarted() throws IOException {
        client.start(CONTAINER);
        assertThat(crio.started).containsExactly(CONTAINER);
    }

    /** CRI-O keeps it under its name, and shows it to nobody. */
    @Test
    void aContainerWhoseCreatorHungUpIsAskedForAgainAndStarted() throws IOException {
        writeBundle();
        crio.keptForTheirCreators.put(
                "k8s_coredns_coredns-5f85f776d7-4w5q7_kube-system_" + UID + "_0", CONTAINER);

        client.start(CONTAINER);

        assertThat(crio.started).containsExactly(CONTAINER);
        assertThat(crio.keptForTheirCreators).isEmpty();
    }

    @Test
    void aContainerThatCrioHasForgottenIsSaidToBe() throws IOException {
        writeBundle();
        crio.unknown.add(CONTAINER);
        assertThatThrownBy(() -> client.start(CONTAINER))
                .isInstanceOf(ForgottenContainerException.class);

        Files.delete(
                root.resolve(
                        "run/containers/storage/overlay-containers/"
                                + CONTAINER
                                + "/userdata/config.json"));
        assertThatThrownBy(() -> client.start(CONTAINER))
                .isInstanceOf(ForgottenContainerException.class);
    }

    @Test
    void podsOfAHandlerAndHandlersAndVersionAreTold() throws IOException {
        assertThat(client.podsOfHandler("podmigration")).containsExactly("kube-system/coredns");
        assertThat(client.podsOfHandler("crun")).isEmpty();
        assertThat(client.handlers()).containsExactlyInAnyOrder("", "crun");
        assertThat(client.version()).isEqualTo(new RuntimeVersion("cri-o", "1.36.3"));
        assertThat(client.configuration().defaultRuntime()).isEqualTo("crun");
    }

    @Test
    void aContainerThatIsNotPausedOrNotKnownIsNoFailure() throws IOException {
        crio.unpauseStatus.put("paused", "200 OK");
        crio.unpauseStatus.put("running", "409 Conflict");
        crio.unpauseStatus.put("broken", "500 Internal Server Error");
        for (String id : List.of("paused", "running", "forgotten")) {
            client.noticeResumed(id);
        }
        assertThatThrownBy(() -> client.noticeResumed("broken"))
                .isInstanceOf(ContainerRuntimeException.class)
                .hasMessage("GET /unpause/broken: HTTP/1.0 500 Internal Server Error");
    }

    @Test
    void anErrorOfTheRuntimeNamesIt() {
        crio.failNext = Optional.of(Status.UNAVAILABLE.withDescription("shutting down"));
        assertThatThrownBy(client::version)
                .isInstanceOf(ContainerRuntimeException.class)
                .hasMessageContaining("UNAVAILABLE shutting down");
    }

    @Test
    void aRuntimeThatIsGoneIsAnErrorAndNotAWait() throws IOException {
        crio.close();
        for (ThrowingCallable call :
                List.<ThrowingCallable>of(client::version, client::configuration)) {
            IOException gone = catchThrowableOfType(IOException.class, call);
            AgentFailure told = AgentFailure.ofNode("The target could not take HELLO", gone);
            assertThat(told.reason()).isEqualTo(FailureReason.RuntimeUnavailable);
            assertThat(told)
                    .hasMessageStartingWith("The target could not take HELLO: CRI-O at ")
                    .hasMessageContaining("/run/crio/crio.sock");
        }
    }

    @Test
    void whatAnythingElseRefusesIsNotTheRuntimesFault() {
        assertThat(AgentFailure.ofNode("It failed", new IOException("disk")).reason())
                .isEqualTo(FailureReason.InternalError);
    }

    private void writeBundle() throws IOException {
        Path bundle =
                Files.createDirectories(
                        root.resolve(
                                "run/containers/storage/overlay-containers/"
                                        + CONTAINER
                                        + "/userdata"));
        Files.writeString(
                bundle.resolve("config.json"),
                CrioConfigurationTest.resource("container-config.json"));
    }

    private void mounts(String lines) throws IOException {
        Files.writeString(root.resolve("proc/1/mountinfo"), lines);
    }
}
