package dev.podmigration.agent.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.podmigration.agent.runtime.cri.Container;
import dev.podmigration.agent.runtime.cri.ContainerMetadata;
import dev.podmigration.agent.runtime.cri.ContainerState;
import dev.podmigration.agent.runtime.cri.ContainerStatus;
import dev.podmigration.agent.runtime.cri.ContainerStatusRequest;
import dev.podmigration.agent.runtime.cri.ContainerStatusResponse;
import dev.podmigration.agent.runtime.cri.CreateContainerRequest;
import dev.podmigration.agent.runtime.cri.CreateContainerResponse;
import dev.podmigration.agent.runtime.cri.ListContainersRequest;
import dev.podmigration.agent.runtime.cri.ListContainersResponse;
import dev.podmigration.agent.runtime.cri.ListPodSandboxRequest;
import dev.podmigration.agent.runtime.cri.ListPodSandboxResponse;
import dev.podmigration.agent.runtime.cri.PodSandbox;
import dev.podmigration.agent.runtime.cri.PodSandboxMetadata;
import dev.podmigration.agent.runtime.cri.PodSandboxState;
import dev.podmigration.agent.runtime.cri.PodSandboxStatusRequest;
import dev.podmigration.agent.runtime.cri.PodSandboxStatusResponse;
import dev.podmigration.agent.runtime.cri.RuntimeHandler;
import dev.podmigration.agent.runtime.cri.RuntimeServiceGrpc;
import dev.podmigration.agent.runtime.cri.StartContainerRequest;
import dev.podmigration.agent.runtime.cri.StartContainerResponse;
import dev.podmigration.agent.runtime.cri.StatusRequest;
import dev.podmigration.agent.runtime.cri.StatusResponse;
import dev.podmigration.agent.runtime.cri.VersionRequest;
import dev.podmigration.agent.runtime.cri.VersionResponse;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.StreamObserver;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Speaks both of CRI-O's protocols on one socket, as CRI-O does: gRPC is handed on to a second
 * socket, a GET is answered.
 */
final class FakeCrio extends RuntimeServiceGrpc.RuntimeServiceImplBase implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    final List<PodSandbox> sandboxes = new ArrayList<>();
    final Map<String, JsonNode> sandboxConfigurations = new LinkedHashMap<>();
    final Map<String, List<Container>> containers = new LinkedHashMap<>();
    final Map<String, ObjectNode> containerInfos = new LinkedHashMap<>();

    /** Containers that were made, but whose creator did not wait, by their CRI-O name. */
    final Map<String, String> keptForTheirCreators = new LinkedHashMap<>();

    final List<String> started = new ArrayList<>();
    final Set<String> unknown = new HashSet<>();

    /** The status line's end that a container's unpausing is answered with. */
    final Map<String, String> unpauseStatus = new LinkedHashMap<>();

    Optional<Status> failNext = Optional.empty();
    String configuration = CrioConfigurationTest.real();
    private final ServerSocketChannel front;
    private final EventLoopGroup eventLoop = new EpollEventLoopGroup(1);
    private final Path inner;
    private final Server server;

    FakeCrio(Path socket) throws IOException {
        inner = socket.resolveSibling("grpc.sock");
        server =
                NettyServerBuilder.forAddress(new DomainSocketAddress(inner.toString()))
                        .channelType(EpollServerDomainSocketChannel.class)
                        .bossEventLoopGroup(eventLoop)
                        .workerEventLoopGroup(eventLoop)
                        .addService(this)
                        .build()
                        .start();
        front =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::accept);
    }

    void sandbox(String podUid, String id, long createdAt, PodSandboxState state)
            throws IOException {
        sandboxes.add(
                PodSandbox.newBuilder()
                        .setId(id)
                        .setCreatedAt(createdAt)
                        .setState(state)
                        .setRuntimeHandler("podmigration")
                        .setMetadata(
                                PodSandboxMetadata.newBuilder()
                                        .setUid(podUid)
                                        .setName("coredns")
                                        .setNamespace("kube-system"))
                        .build());
        sandboxConfigurations.put(
                id, MAPPER.readTree(CrioConfigurationTest.resource("sandbox-config.json")));
        containers.put(id, new ArrayList<>());
    }

    void container(
            String sandboxId,
            String name,
            String id,
            long createdAt,
            ContainerState state,
            long pid)
            throws IOException {
        containers
                .get(sandboxId)
                .add(
                        Container.newBuilder()
                                .setId(id)
                                .setMetadata(ContainerMetadata.newBuilder().setName(name))
                                .setCreatedAt(createdAt)
                                .setState(state)
                                .build());
        ObjectNode info = MAPPER.createObjectNode();
        info.put("sandboxID", sandboxId);
        info.put("pid", pid);
        info.set(
                "runtimeSpec",
                MAPPER.readTree(CrioConfigurationTest.resource("container-config.json")));
        containerInfos.put(id, info);
    }

    @Override
    public void version(VersionRequest request, StreamObserver<VersionResponse> observer) {
        answer(
                observer,
                VersionResponse.newBuilder()
                        .setRuntimeName("cri-o")
                        .setRuntimeVersion("1.36.3")
                        .build());
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
        StatusResponse.Builder response = StatusResponse.newBuilder();
        List.of("", "crun")
                .forEach(
                        name ->
                                response.addRuntimeHandlers(
                                        RuntimeHandler.newBuilder().setName(name)));
        answer(observer, response.build());
    }

    @Override
    public void listPodSandbox(
            ListPodSandboxRequest request, StreamObserver<ListPodSandboxResponse> observer) {
        ListPodSandboxResponse.Builder response = ListPodSandboxResponse.newBuilder();
        String uid = request.getFilter().getLabelSelectorOrDefault("io.kubernetes.pod.uid", "");
        sandboxes.stream()
                .filter(sandbox -> uid.isEmpty() || sandbox.getMetadata().getUid().equals(uid))
                .filter(
                        sandbox ->
                                !request.getFilter().hasState()
                                        || sandbox.getState()
                                                == request.getFilter().getState().getState())
                .forEach(response::addItems);
        answer(observer, response.build());
    }

    @Override
    public void podSandboxStatus(
            PodSandboxStatusRequest request, StreamObserver<PodSandboxStatusResponse> observer) {
        ObjectNode info = MAPPER.createObjectNode();
        info.set("runtimeSpec", sandboxConfigurations.get(request.getPodSandboxId()));
        answer(
                observer,
                PodSandboxStatusResponse.newBuilder().putInfo("info", info.toString()).build());
    }

    @Override
    public void listContainers(
            ListContainersRequest request, StreamObserver<ListContainersResponse> observer) {
        answer(
                observer,
                ListContainersResponse.newBuilder()
                        .addAllContainers(
                                containers.getOrDefault(
                                        request.getFilter().getPodSandboxId(), List.of()))
                        .build());
    }

    @Override
    public void containerStatus(
            ContainerStatusRequest request, StreamObserver<ContainerStatusResponse> observer) {
        answer(
                observer,
                ContainerStatusResponse.newBuilder()
                        .setStatus(ContainerStatus.getDefaultInstance())
                        .putInfo("info", containerInfos.get(request.getContainerId()).toString())
                        .build());
    }

    @Override
    public void createContainer(
            CreateContainerRequest request, StreamObserver<CreateContainerResponse> observer) {
        PodSandboxMetadata pod = request.getSandboxConfig().getMetadata();
        ContainerMetadata container = request.getConfig().getMetadata();
        String name =
                String.join(
                        "_",
                        "k8s",
                        container.getName(),
                        pod.getName(),
                        pod.getNamespace(),
                        pod.getUid(),
                        String.valueOf(container.getAttempt()));
        String kept = keptForTheirCreators.remove(name);
        answer(
                observer,
                CreateContainerResponse.newBuilder()
                        .setContainerId(kept == null ? "anew" : kept)
                        .build());
    }

    @Override
    public void startContainer(
            StartContainerRequest request, StreamObserver<StartContainerResponse> observer) {
        if (keptForTheirCreators.containsValue(request.getContainerId())
                || unknown.contains(request.getContainerId())) {
            observer.onError(
                    Status.NOT_FOUND.withDescription("is not yet created").asRuntimeException());
            return;
        }
        started.add(request.getContainerId());
        answer(observer, StartContainerResponse.getDefaultInstance());
    }

    private <T> void answer(StreamObserver<T> observer, T message) {
        if (failNext.isPresent()) {
            observer.onError(failNext.get().asRuntimeException());
            failNext = Optional.empty();
            return;
        }
        observer.onNext(message);
        observer.onCompleted();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = front.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            ByteBuffer first = ByteBuffer.allocate(16 * 1024);
            client.read(first);
            first.flip();
            String text = StandardCharsets.US_ASCII.decode(first.duplicate()).toString();
            if (text.startsWith("GET ")) {
                client.write(
                        ByteBuffer.wrap(
                                answer(text.split(" ", 3)[1]).getBytes(StandardCharsets.UTF_8)));
                return;
            }
            try (SocketChannel grpc = SocketChannel.open(UnixDomainSocketAddress.of(inner))) {
                grpc.write(first);
                Thread back = Thread.ofVirtual().start(() -> copy(grpc, client));
                copy(client, grpc);
                back.join();
            }
        } catch (IOException | InterruptedException ended) {
            return;
        }
    }

    private String answer(String path) {
        if (path.equals("/config")) {
            return "HTTP/1.0 200 OK\r\nContent-Type: application/toml\r\n\r\n" + configuration;
        }
        return "HTTP/1.0 %s\r\n\r\n"
                .formatted(
                        unpauseStatus.getOrDefault(
                                path.replaceFirst("^/unpause/", ""), "404 Not Found"));
    }

    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
        try {
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
            }
            to.close();
        } catch (IOException ended) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        front.close();
        server.shutdownNow();
        var _ = eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        Files.deleteIfExists(inner);
    }
}
