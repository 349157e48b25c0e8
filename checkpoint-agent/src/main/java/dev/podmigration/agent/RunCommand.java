package dev.podmigration.agent;

import dev.podmigration.agent.address.AddressReservation;
import dev.podmigration.agent.address.KeptAddresses;
import dev.podmigration.agent.archive.ArchiveShelf;
import dev.podmigration.agent.canary.Canary;
import dev.podmigration.agent.canary.SwapProof;
import dev.podmigration.agent.commit.GroupRecord;
import dev.podmigration.agent.commit.ReceiverCommit;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.commit.SourceCommit;
import dev.podmigration.agent.commit.SourceRecord;
import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.criu.CriuConfiguration;
import dev.podmigration.agent.criu.CriuLogReader;
import dev.podmigration.agent.fence.FilterId;
import dev.podmigration.agent.fence.LeftFences;
import dev.podmigration.agent.fence.NftPacketFilter;
import dev.podmigration.agent.fence.PacketFilter;
import dev.podmigration.agent.guard.HookDirectory;
import dev.podmigration.agent.guard.HookGuard;
import dev.podmigration.agent.heap.HeapTrim;
import dev.podmigration.agent.host.Cgroups;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostCommand;
import dev.podmigration.agent.host.NamespaceCommand;
import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.host.TmpfsMounts;
import dev.podmigration.agent.inspect.ContainerInspector;
import dev.podmigration.agent.install.NodeParts;
import dev.podmigration.agent.janitor.Janitor;
import dev.podmigration.agent.janitor.NodeHoldings;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.metrics.AgentMetrics;
import dev.podmigration.agent.node.MigrationNodePublisher;
import dev.podmigration.agent.node.NodeFactsReader;
import dev.podmigration.agent.peer.CertificateRequests;
import dev.podmigration.agent.peer.Identity;
import dev.podmigration.agent.peer.PeerClient;
import dev.podmigration.agent.peer.PeerServer;
import dev.podmigration.agent.reconcile.CheckpointHalf;
import dev.podmigration.agent.reconcile.HalfController;
import dev.podmigration.agent.reconcile.KubernetesCluster;
import dev.podmigration.agent.reconcile.NodePods;
import dev.podmigration.agent.reconcile.RemovedArchives;
import dev.podmigration.agent.reconcile.RestoreHalf;
import dev.podmigration.agent.runtime.ContainerRuntime;
import dev.podmigration.agent.runtime.CrioRuntimeClient;
import dev.podmigration.agent.runtime.KubeletClient;
import dev.podmigration.agent.runtime.KubeletTrust;
import dev.podmigration.agent.source.NodeSource;
import dev.podmigration.agent.source.SourceAddresses;
import dev.podmigration.agent.source.SourceTools;
import dev.podmigration.agent.target.NodeTarget;
import dev.podmigration.agent.target.TargetTools;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.fault.FaultPoints;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Runs until it is told to stop. */
@Command(name = "run", description = "Serves this node until it is told to stop.")
final class RunCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
    private static final Path SERVICE_ACCOUNT =
            Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
    private static final Path PROC = Path.of("/proc");
    private static final String KUBELET_ROOT = "/var/lib/kubelet";
    private static final String CNI_NETWORKS = "/var/lib/cni/networks";
    private static final int KUBELET_PORT = 10250;

    /** The operator may not run yet when the chart has just been installed. */
    private static final Duration SIGN_LIMIT = Duration.ofMinutes(5);

    /** Parts that somebody took away are noticed this soon. The publisher writes less often. */
    private static final Duration LOOK = Duration.ofSeconds(10);

    private static final Duration RENEW_RETRY = Duration.ofMinutes(1);

    /** Nothing waits for what the janitor removes. */
    private static final Duration CLEAN = Duration.ofMinutes(5);

    /**
     * Together with REPORT_LIMIT for both halves below the time that {@link Termination} leaves.
     */
    private static final Duration STILL_LIMIT = Duration.ofSeconds(45);

    private static final Duration STILL_LOOK = Duration.ofMillis(100);
    private static final Duration REPORT_LIMIT = Duration.ofSeconds(3);

    @Override
    public Integer call() throws Exception {
        Settings settings = Settings.of(System.getenv());
        Termination termination = Termination.listen();
        AtomicReference<String> unready = new AtomicReference<>("starting");
        Host host = Host.ofThisNode();
        AgentMetrics metrics = new AgentMetrics();
        try (HealthServer health =
                        new HealthServer(
                                settings.healthPort(),
                                unready::get,
                                metrics::scrape,
                                FaultPoints.open(System.getenv()));
                KubernetesClient client = new KubernetesClientBuilder().build();
                ContainerRuntime runtime =
                        new CrioRuntimeClient(host, CrioRuntimeClient.DEFAULT_SOCKET);
                KubeletClient kubelet =
                        new KubeletClient(
                                URI.create(
                                        "https://" + settings.kubeletHost() + ":" + KUBELET_PORT),
                                SERVICE_ACCOUNT.resolve("token"),
                                KubeletTrust.context(host, SERVICE_ACCOUNT.resolve("ca.crt")))) {
            LOG.info("Probes are answered at port {}", health.port());
            HostCommand command = NamespaceCommand.ofProcess(1);
            HookDirectory hooks = new HookDirectory(host);
            NodeDirectories directories = new NodeDirectories(host);
            TmpfsMounts mounts = new TmpfsMounts(host, command);
            Cgroups cgroups = Cgroups.of(host);
            PacketFilter filter = new NftPacketFilter();
            CriuLogReader criuLogs = new CriuLogReader();
            CriuConfiguration criu =
                    CriuConfiguration.of(host, runtime.configuration().defaultHandler().path());
            Identity identity = new Identity();
            PeerClient peers = new PeerClient(identity);
            SourceCommit sourceCommit =
                    new SourceCommit(
                            new RecordStore<>(
                                    directories.data().resolve("records/checkpoints"),
                                    SourceRecord.class),
                            new RecordStore<>(
                                    directories.data().resolve("records/groups"),
                                    GroupRecord.class),
                            new HookGuard(hooks));
            TargetCommit targetCommit =
                    new TargetCommit(
                            new RecordStore<>(
                                    directories.data().resolve("records/restores"),
                                    TargetRecord.class));
            ReceiverCommit receiverCommit =
                    new ReceiverCommit(
                            new RecordStore<>(
                                    directories.data().resolve("records/receptions"),
                                    ReceiverRecord.class));

            AddressReservation reservations = new AddressReservation(host.path(CNI_NETWORKS));
            ArchiveShelf archives =
                    ArchiveShelf.open(
                            host,
                            directories.data().resolve("records/archives"),
                            FaultPoints.clock());
            HeapTrim heaps = new HeapTrim(PROC, directories.state().resolve("heaps"));
            KubernetesCluster cluster = new KubernetesCluster(client, settings.node());
            NodeSource source =
                    new NodeSource(
                            new SourceTools(
                                    host,
                                    directories,
                                    mounts,
                                    cgroups,
                                    runtime,
                                    kubelet,
                                    criu,
                                    criuLogs,
                                    new ContainerInspector(PROC),
                                    heaps,
                                    filter,
                                    new SourceAddresses(host, reservations),
                                    peers,
                                    sourceCommit,
                                    archives,
                                    settings.peerAddress()),
                            cluster);
            NodeTarget target =
                    new NodeTarget(
                            new TargetTools(
                                    host,
                                    directories,
                                    mounts,
                                    cgroups,
                                    runtime,
                                    criuLogs,
                                    filter,
                                    new KeptAddresses(),
                                    peers,
                                    targetCommit,
                                    receiverCommit,
                                    host.path(KUBELET_ROOT)));
            Janitor janitor =
                    new Janitor(
                            new NodeHoldings(
                                    host,
                                    mounts,
                                    runtime,
                                    filter,
                                    reservations,
                                    sourceCommit,
                                    targetCommit,
                                    receiverCommit,
                                    cluster),
                            archives,
                            settings.archives(),
                            new RemovedArchives(client, FaultPoints.clock()),
                            settings.leftoverAge(),
                            metrics,
                            FaultPoints.clock());
            NodeKeeper keeper =
                    new NodeKeeper(
                            settings,
                            host,
                            filter,
                            client,
                            runtime,
                            new NodeParts(host, command, CrioRuntimeClient.DEFAULT_SOCKET, runtime),
                            new Canary(host, command),
                            new SwapProof(host, mounts),
                            hooks,
                            new NodeFactsReader(host, command, runtime),
                            new MigrationNodePublisher(
                                    client, settings.node(), FaultPoints.clock()),
                            metrics);
            source.recover();
            keeper.prepare();
            CertificateRequests certificates =
                    new CertificateRequests(
                            client, settings.namespace(), settings.node(), settings.address());
            try (ScheduledExecutorService renewals =
                            Executors.newSingleThreadScheduledExecutor(
                                    Thread.ofPlatform().daemon().name("certificate").factory());
                    ScheduledExecutorService reports =
                            Executors.newSingleThreadScheduledExecutor(
                                    Thread.ofPlatform().daemon().name("node").factory());
                    HalfController<PodCheckpoint> checkpoints =
                            new HalfController<>(
                                    client,
                                    settings.node(),
                                    new CheckpointHalf(client, source, metrics));
                    HalfController<PodRestore> restores =
                            new HalfController<>(
                                    client,
                                    settings.node(),
                                    new RestoreHalf(client, target, metrics));
                    NodePods pods =
                            new NodePods(
                                    client,
                                    settings.node(),
                                    new DeletedPods(checkpoints, target))) {
                keepRenewed(
                        renewals, certificates, identity, certificates.renew(identity, SIGN_LIMIT));
                target.recover(pods.uids(), restores::wake);
                liftLeftFences(filter, sourceCommit, targetCommit, receiverCommit);
                metrics.active(checkpoints::active, restores::active);
                try (PeerServer server =
                        new PeerServer(
                                identity,
                                settings.port(),
                                settings.imagePort(),
                                new NodeAgent(source, target, restores::find))) {
                    restores.start();
                    checkpoints.start();
                    pods.start();
                    // After what a restarted agent owes to migrations that are under way.
                    new StreamWarmUp(identity, settings.node(), directories.state()).run();
                    keepReported(reports, keeper, identity);
                    keepClean(reports, janitor, mounts);
                    unready.set("");
                    LOG.info("Serving node {} at {}", settings.node(), server.port());
                    termination.await();
                    LOG.info("Stopping");
                    unready.set("stopping");
                    awaitNothingStill(source, target);
                    if (!checkpoints.settle(REPORT_LIMIT) || !restores.settle(REPORT_LIMIT)) {
                        LOG.info("Something is left to the next agent");
                    }
                }
                reports.shutdownNow();
                renewals.shutdownNow();
            }
        }
        termination.done();
        return 0;
    }

    /** A pod that stands still would have to do so until the next agent has come up. */
    private static void awaitNothingStill(NodeSource source, NodeTarget target)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + STILL_LIMIT.toNanos();
        while ((source.isAnyFrozen() || target.isAnyBeingRestored()) && System.nanoTime() < end) {
            Thread.sleep(STILL_LOOK);
        }
    }

    private static void liftLeftFences(
            PacketFilter filter,
            SourceCommit sourceCommit,
            TargetCommit targetCommit,
            ReceiverCommit receiverCommit)
            throws IOException, InterruptedException {
        Set<FilterId> recorded = new HashSet<>();
        sourceCommit.all().forEach(record -> recorded.add(new FilterId(record.name())));
        targetCommit.all().forEach(record -> recorded.add(new FilterId(record.podUid())));
        receiverCommit.all().stream()
                .map(ReceiverRecord::podUid)
                .filter(Objects::nonNull)
                .forEach(uid -> recorded.add(new FilterId(uid)));
        try (NetworkNamespace node = NetworkNamespace.ofThisProcess()) {
            LeftFences.lift(filter, node, recorded);
        }
    }

    @SuppressWarnings(
            "FutureReturnValueIgnored") // The task catches what it meets and ends with its
    // executor.
    private static void keepReported(
            ScheduledExecutorService reports, NodeKeeper keeper, Identity identity) {
        reports.scheduleWithFixedDelay(
                () -> {
                    identity.expiry().ifPresent(keeper::certificateExpires);
                    keeper.report();
                },
                0,
                LOOK.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @SuppressWarnings(
            "FutureReturnValueIgnored") // The task catches what it meets and ends with its
    // executor.
    private static void keepClean(
            ScheduledExecutorService reports, Janitor janitor, TmpfsMounts mounts) {
        reports.scheduleWithFixedDelay(
                () -> {
                    try {
                        mounts.removeLeftByCriu();
                        janitor.look();
                    } catch (IOException | RuntimeException e) {
                        LOG.warn("The node could not be looked over; nothing was removed", e);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                0,
                CLEAN.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @SuppressWarnings(
            "FutureReturnValueIgnored") // The task catches what it meets and ends with its
    // executor.
    private static void keepRenewed(
            ScheduledExecutorService renewals,
            CertificateRequests certificates,
            Identity identity,
            Instant next) {
        long delay = Math.max(1, Duration.between(Instant.now(), next).toMillis());
        renewals.schedule(
                () -> {
                    Instant then;
                    try {
                        then = certificates.renew(identity, SIGN_LIMIT);
                    } catch (IOException | RuntimeException e) {
                        LOG.warn(
                                "The certificate could not be renewed; trying again in {}",
                                RENEW_RETRY,
                                e);
                        then = Instant.now().plus(RENEW_RETRY);
                    }
                    keepRenewed(renewals, certificates, identity, then);
                },
                delay,
                TimeUnit.MILLISECONDS);
    }
}
