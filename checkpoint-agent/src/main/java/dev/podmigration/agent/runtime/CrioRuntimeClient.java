package dev.podmigration.agent.runtime;

import com.fasterxml.jackson.databind.JsonNode;

import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.MountInfo;
import dev.podmigration.agent.runtime.cri.Container;
import dev.podmigration.agent.runtime.cri.ContainerConfig;
import dev.podmigration.agent.runtime.cri.ContainerFilter;
import dev.podmigration.agent.runtime.cri.ContainerMetadata;
import dev.podmigration.agent.runtime.cri.ContainerState;
import dev.podmigration.agent.runtime.cri.ContainerStatusRequest;
import dev.podmigration.agent.runtime.cri.ContainerStatusResponse;
import dev.podmigration.agent.runtime.cri.CreateContainerRequest;
import dev.podmigration.agent.runtime.cri.ImageSpec;
import dev.podmigration.agent.runtime.cri.ListContainersRequest;
import dev.podmigration.agent.runtime.cri.ListPodSandboxRequest;
import dev.podmigration.agent.runtime.cri.PodSandbox;
import dev.podmigration.agent.runtime.cri.PodSandboxConfig;
import dev.podmigration.agent.runtime.cri.PodSandboxFilter;
import dev.podmigration.agent.runtime.cri.PodSandboxMetadata;
import dev.podmigration.agent.runtime.cri.PodSandboxState;
import dev.podmigration.agent.runtime.cri.PodSandboxStateValue;
import dev.podmigration.agent.runtime.cri.PodSandboxStatusRequest;
import dev.podmigration.agent.runtime.cri.RuntimeHandler;
import dev.podmigration.agent.runtime.cri.RuntimeServiceGrpc;
import dev.podmigration.agent.runtime.cri.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import dev.podmigration.agent.runtime.cri.StartContainerRequest;
import dev.podmigration.agent.runtime.cri.StatusRequest;
import dev.podmigration.agent.runtime.cri.VersionRequest;
import dev.podmigration.agent.runtime.cri.VersionResponse;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/** CRI-O over its socket. */
public final class CrioRuntimeClient implements ContainerRuntime {

    public static final String DEFAULT_SOCKET = "/run/crio/crio.sock";

    private static final long CALL_SECONDS = 10;
    private static final String POD_UID_LABEL = "io.kubernetes.pod.uid";
    private static final String CONTAINER_NAME = "io.kubernetes.container.name";
    private static final String CONTAINER_ID = "io.kubernetes.cri-o.ContainerID";
    private static final String LOG_PATH = "io.kubernetes.cri-o.LogPath";
    private static final String SANDBOX_ID = "io.kubernetes.cri-o.SandboxID";
    private static final String IMAGE_NAME = "io.kubernetes.cri-o.ImageName";
    private static final String CRIO_NAME = "io.kubernetes.cri-o.Name";
    private static final String POD_NAME = "io.kubernetes.pod.name";
    private static final String POD_NAMESPACE = "io.kubernetes.pod.namespace";
    private static final String SHM_PATH = "io.kubernetes.cri-o.ShmPath";

    private final Host host;
    private final Path socket;
    private final EventLoopGroup eventLoop;
    private final ManagedChannel channel;
    private final RuntimeServiceBlockingStub stub;

    /**
     * Connects with the first call.
     *
     * @param socket CRI-O's socket as the node names it
     */
    public CrioRuntimeClient(Host host, String socket) {
        this.host = host;
        this.socket = host.path(socket);
        this.eventLoop = new EpollEventLoopGroup(1);
        this.channel =
                NettyChannelBuilder.forAddress(new DomainSocketAddress(this.socket.toString()))
                        .eventLoopGroup(eventLoop)
                        .channelType(EpollDomainSocketChannel.class)
                        // Set by default, and not known to Unix sockets.
                        .withOption(ChannelOption.SO_KEEPALIVE, null)
                        .overrideAuthority("localhost")
                        .maxInboundMessageSize(16 * 1024 * 1024)
                        .usePlaintext()
                        .build();
        this.stub = RuntimeServiceGrpc.newBlockingStub(channel);
    }

    @Override
    public RuntimeVersion version() throws IOException {
        VersionResponse version =
                call(cri -> cri.version(VersionRequest.newBuilder().setVersion("v1").build()));
        return new RuntimeVersion(version.getRuntimeName(), version.getRuntimeVersion());
    }

    /** CRI-O makes its socket anew when it starts, and one that has ended accepts nobody. */
    @Override
    public String instance() throws IOException {
        BasicFileAttributes file = Files.readAttributes(socket, BasicFileAttributes.class);
        SocketChannel.open(UnixDomainSocketAddress.of(socket)).close();
        return file.fileKey() + " of " + file.lastModifiedTime();
    }

    @Override
    public Set<String> handlers() throws IOException {
        return call(cri -> cri.status(StatusRequest.getDefaultInstance()))
                .getRuntimeHandlersList()
                .stream()
                .map(RuntimeHandler::getName)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Set<String> containerIds() throws IOException {
        return call(cri -> cri.listContainers(ListContainersRequest.getDefaultInstance()))
                .getContainersList()
                .stream()
                .map(Container::getId)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public List<String> podsOfHandler(String handler) throws IOException {
        return call(cri -> cri.listPodSandbox(ListPodSandboxRequest.getDefaultInstance()))
                .getItemsList()
                .stream()
                .filter(sandbox -> sandbox.getRuntimeHandler().equals(handler))
                .map(PodSandbox::getMetadata)
                .map(pod -> pod.getNamespace() + "/" + pod.getName())
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public void start(String containerId) throws IOException {
        StartContainerRequest request =
                StartContainerRequest.newBuilder().setContainerId(containerId).build();
        try {
            call(cri -> cri.startContainer(request));
        } catch (ContainerRuntimeException e) {
            if (!e.is(Status.Code.NOT_FOUND)) {
                throw e;
            }
            finishCreation(containerId);
            call(cri -> cri.startContainer(request));
        }
    }

    /**
     * A container whose creator hung up while it was made is kept by CRI-O 1.36 for whoever asks
     * for the same name again, shown to nobody, and removed after some minutes
     * (server/container_create.go, internal/resourcestore). So it is asked for again; of the
     * request only what makes the name is looked at.
     */
    private void finishCreation(String containerId) throws IOException {
        String bundle = configuration().bundle(containerId);
        OciConfiguration oci;
        try {
            oci = OciConfiguration.parse(Files.readString(host.path(bundle + "/config.json")));
        } catch (NoSuchFileException e) {
            // When it starts, CRI-O deletes containers of which it has no state.
            throw new ForgottenContainerException(containerId, e);
        }
        CreateContainerRequest request =
                CreateContainerRequest.newBuilder()
                        .setPodSandboxId(required(oci, bundle, SANDBOX_ID))
                        .setConfig(
                                ContainerConfig.newBuilder()
                                        .setMetadata(
                                                ContainerMetadata.newBuilder()
                                                        .setName(
                                                                required(
                                                                        oci,
                                                                        bundle,
                                                                        CONTAINER_NAME))
                                                        .setAttempt(attempt(oci, bundle)))
                                        .setImage(
                                                ImageSpec.newBuilder()
                                                        .setImage(
                                                                required(oci, bundle, IMAGE_NAME))))
                        .setSandboxConfig(
                                PodSandboxConfig.newBuilder()
                                        .setMetadata(
                                                PodSandboxMetadata.newBuilder()
                                                        .setName(required(oci, bundle, POD_NAME))
                                                        .setNamespace(
                                                                required(
                                                                        oci, bundle, POD_NAMESPACE))
                                                        .setUid(
                                                                required(
                                                                        oci,
                                                                        bundle,
                                                                        POD_UID_LABEL))))
                        .build();
        try {
            String found = call(cri -> cri.createContainer(request)).getContainerId();
            if (!found.equals(containerId)) {
                throw new ContainerRuntimeException("CRI-O made " + found);
            }
        } catch (ContainerRuntimeException e) {
            throw e.isAway() ? e : new ForgottenContainerException(containerId, e);
        }
    }

    /** The last part of CRI-O's name: {@code k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT}. */
    private static int attempt(OciConfiguration oci, String bundle)
            throws ContainerRuntimeException {
        String name = required(oci, bundle, CRIO_NAME);
        try {
            return Integer.parseInt(name.substring(name.lastIndexOf('_') + 1));
        } catch (NumberFormatException e) {
            throw new ContainerRuntimeException(
                    "the name " + name + " of " + bundle + " does not end with a number", e);
        }
    }

    private static String required(OciConfiguration oci, String bundle, String annotation)
            throws ContainerRuntimeException {
        return oci.annotation(annotation).orElseThrow(() -> missing(bundle, annotation));
    }

    @Override
    public void noticeResumed(String containerId) throws IOException {
        // 409: it does not take the container for paused. 404: it knows none, as after a power cut.
        UnixHttp.get(socket, "/unpause/" + containerId, Set.of(200, 404, 409));
    }

    @Override
    public CrioConfiguration configuration() throws IOException {
        return CrioConfiguration.parse(UnixHttp.get(socket, "/config"));
    }

    @Override
    public Optional<PodOnNode> pod(String podUid) throws IOException {
        Optional<PodSandbox> found = sandbox(podUid);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        PodSandbox sandbox = found.get();
        OciConfiguration oci = sandboxConfiguration(sandbox.getId());
        return Optional.of(
                new PodOnNode(
                        podUid,
                        sandbox.getMetadata().getNamespace(),
                        sandbox.getMetadata().getName(),
                        sandbox.getId(),
                        sandbox.getRuntimeHandler(),
                        oci.namespacePath("network"),
                        oci.annotation(SHM_PATH).filter(path -> !path.equals("/dev/shm")),
                        containers(sandbox.getId())));
    }

    @Override
    public ContainerOnNode fromBundle(String bundle) throws IOException {
        OciConfiguration oci =
                OciConfiguration.parse(Files.readString(host.path(bundle + "/config.json")));
        String id = oci.annotation(CONTAINER_ID).orElseThrow(() -> missing(bundle, CONTAINER_ID));
        String name =
                oci.annotation(CONTAINER_NAME).orElseThrow(() -> missing(bundle, CONTAINER_NAME));
        return container(name, id, OptionalLong.empty(), oci, configuration());
    }

    @Override
    public void close() {
        channel.shutdownNow();
        // Ends by itself soon; nobody needs to wait for it.
        var _ = eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** The newest: a sandbox that died may still be listed beside the one that took its place. */
    private Optional<PodSandbox> sandbox(String podUid) throws IOException {
        ListPodSandboxRequest request =
                ListPodSandboxRequest.newBuilder()
                        .setFilter(
                                PodSandboxFilter.newBuilder()
                                        .setState(
                                                PodSandboxStateValue.newBuilder()
                                                        .setState(PodSandboxState.SANDBOX_READY))
                                        .putLabelSelector(POD_UID_LABEL, podUid))
                        .build();
        return call(cri -> cri.listPodSandbox(request)).getItemsList().stream()
                .max(Comparator.comparingLong(PodSandbox::getCreatedAt));
    }

    private OciConfiguration sandboxConfiguration(String sandboxId) throws IOException {
        PodSandboxStatusRequest request =
                PodSandboxStatusRequest.newBuilder()
                        .setPodSandboxId(sandboxId)
                        .setVerbose(true)
                        .build();
        return new OciConfiguration(
                info(call(cri -> cri.podSandboxStatus(request)).getInfoMap()).path("runtimeSpec"));
    }

    private List<ContainerOnNode> containers(String sandboxId) throws IOException {
        ListContainersRequest request =
                ListContainersRequest.newBuilder()
                        .setFilter(ContainerFilter.newBuilder().setPodSandboxId(sandboxId))
                        .build();
        Map<String, Container> newest = new LinkedHashMap<>();
        call(cri -> cri.listContainers(request)).getContainersList().stream()
                .sorted(Comparator.comparingLong(Container::getCreatedAt))
                .forEach(container -> newest.put(container.getMetadata().getName(), container));
        CrioConfiguration configuration = configuration();
        List<ContainerOnNode> containers = new ArrayList<>();
        for (Container container : newest.values()) {
            containers.add(container(container, configuration));
        }
        return containers;
    }

    private ContainerOnNode container(Container listed, CrioConfiguration configuration)
            throws IOException {
        ContainerStatusRequest request =
                ContainerStatusRequest.newBuilder()
                        .setContainerId(listed.getId())
                        .setVerbose(true)
                        .build();
        ContainerStatusResponse status = call(cri -> cri.containerStatus(request));
        JsonNode info = info(status.getInfoMap());
        long pid = info.path("pid").asLong();
        boolean running = listed.getState() == ContainerState.CONTAINER_RUNNING && pid > 0;
        return container(
                listed.getMetadata().getName(),
                listed.getId(),
                running ? OptionalLong.of(pid) : OptionalLong.empty(),
                new OciConfiguration(info.path("runtimeSpec")),
                configuration);
    }

    private ContainerOnNode container(
            String name,
            String id,
            OptionalLong pid,
            OciConfiguration oci,
            CrioConfiguration configuration)
            throws IOException {
        String root = oci.rootDirectory().orElseThrow(() -> missing(id, "root.path"));
        return new ContainerOnNode(
                name,
                id,
                pid,
                root,
                writableLayer(root),
                configuration.bundle(id),
                configuration.checkpointDirectory(id),
                oci.annotation(LOG_PATH).orElseThrow(() -> missing(id, LOG_PATH)),
                oci.mounts());
    }

    /**
     * From the mount itself; with very many layers its options are relative to the storage's own
     * directory.
     */
    private String writableLayer(String root) throws IOException {
        for (MountInfo mount : MountInfo.of(host, 1)) {
            if (mount.mountPoint().equals(root) && mount.type().equals("overlay")) {
                Optional<String> upper =
                        mount.superOption("upperdir").filter(path -> path.startsWith("/"));
                if (upper.isPresent()) {
                    return upper.get();
                }
            }
        }
        return Path.of(root).resolveSibling("diff").toString();
    }

    private static JsonNode info(Map<String, String> info) throws ContainerRuntimeException {
        return OciConfiguration.parseJson(info.getOrDefault("info", "{}"));
    }

    private static ContainerRuntimeException missing(String where, String what) {
        return new ContainerRuntimeException("the configuration of " + where + " has no " + what);
    }

    private <T> T call(Function<RuntimeServiceBlockingStub, T> rpc)
            throws ContainerRuntimeException {
        try {
            return rpc.apply(stub.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS));
        } catch (StatusRuntimeException e) {
            Status status = e.getStatus();
            throw new ContainerRuntimeException(
                    "CRI-O at " + socket + ": " + status.getCode() + " " + status.getDescription(),
                    e);
        }
    }
}
