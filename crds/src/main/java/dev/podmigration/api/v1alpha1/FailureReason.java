package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonCreator;

/**
 * Why a migration is refused or has failed. The name is at once the reason of the condition, the
 * reason of the event, the label of the metric and the heading in docs/troubleshooting.md.
 */
public enum FailureReason {
    /** No pod of that name is in the namespace. */
    PodNotFound(
            false,
            "Check the name and the namespace: the PodMigration must be in the namespace of the"
                    + " pod."),

    /** The pod is not in phase Running, or one of its containers is not. */
    PodNotRunning(true, "Wait until every container of the pod runs, then migrate."),

    /** The pod has a deletion timestamp. */
    PodBeingDeleted(false, "Migrate the pod that takes its place."),

    /** The pod is not on the node that spec.pod.nodeName expects. */
    PodMoved(
            false,
            "Look where the pod runs now; leave spec.pod.nodeName out to move it from wherever it"
                    + " is."),

    /** Another migration of the same pod has not ended. */
    AlreadyMigrating(true, "Wait for the other PodMigration of this pod, or cancel it."),

    /** No node of that name is in the cluster. */
    NodeNotFound(false, "Check spec.target.nodeName against kubectl get nodes."),

    /** The node is not Ready. */
    NodeNotReady(true, "Choose another node, or wait until this one is Ready."),

    /** The target node is cordoned. */
    NodeCordoned(true, "Uncordon the node or choose another one."),

    /** The pod already runs on the target node. */
    SameNode(false, "Choose a node on which the pod does not run."),

    /**
     * The agent of the node is missing, silent, or could not prove that the node can dump and
     * restore.
     */
    NoProvedAgent(
            true,
            "See kubectl describe migrationnode for this node: its conditions say what is"
                    + " missing."),

    /** The pod belongs to a kind of owner that would fight the move. */
    OwnerNotSupported(
            false,
            "See docs/concepts.md for the owners that are supported; move this workload by its"
                    + " owner."),

    /** The pod uses the network of the node, so its sockets cannot move without it. */
    HostNetwork(false, "Run the pod without hostNetwork, or leave it where it is."),

    /** The pod shares the process or IPC namespace of the node. */
    HostNamespaces(false, "Run the pod without hostPID and hostIPC, or leave it where it is."),

    /** A container holds a device whose state CRIU cannot save, such as a GPU. */
    DeviceInUse(
            false,
            "Pods with devices cannot be moved by checkpoint; restart this one on the other node."),

    /** A hostPath volume would show other content on the other node. */
    HostPathVolume(
            false, "Use a persistent volume, or an emptyDir if the content may move with the pod."),

    /** A volume cannot be attached to the other node, or not to both at once. */
    VolumeNotMovable(
            false, "Use a volume that both nodes can mount at the same time (ReadWriteMany)."),

    /** The nodes have different processor architectures. */
    ArchitectureMismatch(false, "Choose a node of the same architecture."),

    /** The processes may use processor features that the target does not have. */
    CpuMismatch(
            false, "Choose a node whose processor has at least the features of the source node."),

    /** The target node does not have the memory that the pod holds. */
    TargetMemoryTooSmall(true, "Choose a node with more free memory, or free some."),

    /** The scheduler does not put the target pod on the node. */
    TargetUnschedulable(
            true,
            "See the events of the target pod: taints, quota or resource requests keep it away."),

    /** No node is allowed, ready, proved and large enough. */
    NoEligibleNode(true, "The findings name each node and what spoke against it."),

    /** The image cannot be had on the target node. */
    ImageMissing(true, "Check the image, its registry and the pull secrets on the target node."),

    /** The pod cannot keep its name: something else names it or holds on to it. */
    PodNameNotKeepable(
            false,
            "Leave target.podName out: the target gets a new name, and everything else moves as it"
                    + " would."),

    /** The network does not let the pod keep its address on the target node. */
    AddressNotKeepable(
            false,
            "Use network.address: Auto or New; see the MigrationNode for what the network allows."),

    /** The runtime or CRIU of a node does not know a wanted option. */
    OptionNotSupported(false, "Leave the option out, or update CRIU and the runtime of that node."),

    /** The user may not do to this pod what a migration does. */
    NotPermitted(false, "Get the rights to delete and create pods in this namespace."),

    /** The API server refuses something that the operator has to change. */
    ChangeRefused(
            true,
            "The message says who refuses it: give the operator that right, or change the admission"
                    + " policy, webhook or quota that is in the way. If it is the schema, operator"
                    + " and CRDs are of different versions."),

    /** The agent of a node does not answer. */
    AgentUnreachable(
            true,
            "Check that the agent pod of the node runs and that port and network policy let agents"
                    + " talk."),

    /** One agent does not accept the other: its certificate, or what it asks for. */
    PeerRefused(
            true,
            "Both agents need certificates of the same authority, each in the name of its own node,"
                    + " and clocks that agree: see the logs of both agents, and restart the one"
                    + " whose certificate is wrong."),

    /** Memory or disk of the target node ran full while images arrived. */
    TargetFull(true, "Free memory or disk on the target node, or choose another one."),

    /** The connection between the two agents broke. */
    StreamBroken(true, "Try again; look at the network between the nodes if it breaks again."),

    /** Images arrived damaged or incomplete. */
    ChecksumMismatch(
            true,
            "Try again; look at the memory and the network of both nodes if it happens again."),

    /** A process holds an established TCP connection and the option for it is off. */
    ConnectedTcpSocket(
            false,
            "Set checkpoint.tcpEstablished: true to move connections, or network.address: New to"
                    + " close them."),

    /** A mount comes from outside of the container and is not named. */
    ExternalMount(false, "Name the mount in checkpoint.extMountMap."),

    /** A deleted but still open file is larger than the limit. */
    GhostFileTooLarge(
            false, "Raise checkpoint.ghostLimitBytes, or let the program close the file."),

    /** A TCP connection was just being opened. */
    InFlightConnection(true, "Try again: the connection will have been opened or given up."),

    /** A socket of a kind that CRIU cannot save. */
    UnsupportedSocket(false, "The log names the socket; run the program without it."),

    /** A process uses io_uring, whose state CRIU cannot save. */
    IoUringInUse(
            false,
            "Let the program run without io_uring; programs on Netty can use the transport nio or"
                    + " epoll."),

    /** A debug container runs in the pod, and will not run on the target. */
    EphemeralContainer(
            false,
            "End the debugging session, or attach a new one to the target with kubectl debug."),

    /** Somebody has a line into the pod that ends when it moves: exec, attach or port-forward. */
    OpenSession(true, "End these sessions before; they can be opened again to the target."),

    /** A probe gives up sooner than the freeze is expected to end. */
    ProbeTooImpatient(
            false,
            "Give the probe a larger failureThreshold or periodSeconds, or migrate when the pod"
                    + " holds less memory."),

    /** A file that a process has open or mapped is not the same on the target. */
    MissingFile(false, "Put the file into the image or a volume that moves; the log names it."),

    /** An address that a socket is bound to does not exist on the target. */
    AddressNotBindable(
            false, "Use network.address: Keep, or let the program listen on all addresses."),

    /** A file watch whose path is no longer known cannot be saved. */
    InotifyHandle(
            false,
            "Let the program watch paths that exist, on a file system that CRIU can look up."),

    /** A program is a member of a multicast group, and CRIU does not restore that. */
    MulticastMembership(
            false,
            "Let the program join its groups again after the move, for example when it receives"
                    + " nothing for a while; or use an address of its own in place of a group."),

    /** The container runtime or the kubelet has checkpoints switched off. */
    CheckpointNotSupported(
            false,
            "Switch on CRIU support in CRI-O and the feature gate ContainerCheckpoint of the"
                    + " kubelet."),

    /** The container runtime of a node does not answer, or not as CRI-O does. */
    RuntimeUnavailable(
            true,
            "See whether CRI-O runs on the source's and the target's node, and its log there; try"
                    + " again when it answers."),

    /** The dump failed for a reason that is none of the others. */
    CheckpointFailed(true, "The log holds the error lines of CRIU."),

    /** The restore failed for a reason that is none of the others. */
    RestoreFailed(true, "The log holds the error lines of CRIU."),

    /** The pod would have been silent for longer than limits.freezeSeconds. */
    FreezeLimitExceeded(
            true, "Raise limits.freezeSeconds, or migrate when the pod holds less memory."),

    /** The migration took longer than limits.totalSeconds. */
    TotalLimitExceeded(
            true, "Raise limits.totalSeconds; the phase transitions show where the time went."),

    /**
     * The container of the target pod did not reach its launcher in time, or the launcher gave up
     * waiting.
     */
    LauncherTimeout(
            true, "See the events of the target pod and the log of CRI-O on the target node."),

    /** A node cannot dump and restore a test process. */
    CanaryFailed(
            false,
            "See kubectl describe migrationnode for the error; kernel, CRIU or runtime need"
                    + " attention."),

    /** The source had already decided to roll back when the target asked. */
    GrantRefused(true, "The source runs again; see its PodCheckpoint for what made it roll back."),

    /** The pods of a group are not on one node. */
    GroupSpansNodes(
            false,
            "Choose labels that only pods of one node have, or move the pods of each node by a"
                    + " PodMigration of their own."),

    /** More pods match the selector of a group than can be moved as one. */
    GroupTooLarge(false, "Choose labels that fewer pods have: 16 at most move as one."),

    /** Another pod of the same group could not be moved, or did not come in time. */
    GroupMemberFailed(
            true,
            "The message names the pod that held up the group: see its own PodMigration for what"
                    + " was wrong."),

    /** The source pod ended or restarted while it was being moved. */
    SourceStopped(true, "Find out why the pod stopped; migrate it when it runs again."),

    /** Flink's REST endpoint is not known, or does not answer. */
    FlinkRestUnreachable(
            true,
            "If the message says that no endpoint was found, annotate the pod with"
                + " workload.podmigration.dev/flink-rest: SERVICE:PORT. Otherwise see whether the"
                + " JobManager runs, and let network policies admit the operator to its REST"
                + " port."),

    /** Flink's REST endpoint wants TLS or credentials. */
    FlinkRestSecured(
            false,
            "The operator has no credentials for Flink: offer it the REST endpoint without TLS and"
                    + " login, guarded by a network policy, or move the pod without strategies that"
                    + " ask Flink."),

    /** Something answers at the REST endpoint, but not as Flink does. */
    FlinkRestNotUnderstood(
            false,
            "Check that workload.podmigration.dev/flink-rest, or the Service that was found, leads"
                    + " to the REST port of a JobManager of Flink 1.20 to 2.3."),

    /** The job is not RUNNING with all of its tasks. */
    FlinkJobNotRunning(true, "Wait until the job and all of its tasks are RUNNING, then migrate."),

    /** More than one job runs in the session cluster, and the strategy handles one. */
    FlinkSeveralJobs(
            false,
            "Run the job in a cluster of its own, end the others, or use the strategy Checkpoint."),

    /** The job ended by itself while its pod was being moved. */
    FlinkJobFinished(
            false, "Nothing to do for this job: what it had to do is done, or see why it ended."),

    /** The job had to restart because of the move. */
    FlinkJobRestarted(
            true,
            "The job has gone on from its last checkpoint. See its exceptions, and the advice among"
                    + " the findings: often heartbeat.timeout is too short."),

    /** Neither the job nor the pod says where savepoints go. */
    SavepointDirectoryMissing(
            false,
            "Set execution.checkpointing.savepoint-dir in Flink's configuration, or the variable"
                    + " FLINK_SAVEPOINT_DIR in the pod."),

    /** Flink may not write to the savepoint directory, or it is not there. */
    SavepointDirectoryNotWritable(
            false,
            "Let the user that Flink runs as (9999 in the official image) write there, in every"
                    + " JobManager and TaskManager."),

    /** The savepoint directory is on one node only. */
    SavepointDirectoryNotShared(
            false,
            "Put it on object storage or on a volume that JobManager and TaskManagers mount at the"
                    + " same path from every node (ReadWriteMany or NFS)."),

    /** Flink could not take the savepoint, for a reason that is none of the others. */
    SavepointFailed(true, "The log holds the exception that Flink gave; the job runs on."),

    /** A checkpoint of Flink is in progress and does not end. */
    FlinkCheckpointStuck(
            true,
            "Look for back pressure or a task that does not answer in Flink's checkpoint history;"
                    + " migrate when checkpoints complete again."),

    /** Flink could not take a checkpoint that was asked for. */
    FlinkCheckpointFailed(true, "See the checkpoint history of the job; the job runs on."),

    /** The pod would be silent for longer than Flink waits for it. */
    FlinkHeartbeatTooShort(
            false,
            "Set heartbeat.timeout to at least twice the expected freeze and restart the Flink"
                    + " cluster once, or use the strategy Savepoint."),

    /** Flink's configuration makes a move harder than it need be. */
    FlinkConfiguration(
            false,
            "Set the key that the message names to that value; it takes effect when the Flink"
                    + " cluster is started the next time."),

    /** The pod was made by Flink itself, which deletes and replaces it as it sees fit. */
    FlinkNativeTaskManager(
            false,
            "Move the job through its FlinkDeployment, or run the cluster in standalone mode."),

    /** The FlinkDeployment of the job is suspended. */
    FlinkDeploymentSuspended(false, "Set spec.job.state of the FlinkDeployment to running first."),

    /** The FlinkDeployment is not steady, or its operator could not carry out the change. */
    FlinkDeploymentNotStable(
            true,
            "See status.error and status.lifecycleState of the FlinkDeployment; migrate when it is"
                    + " STABLE."),

    /** The job does not say that all of its state is outside of Flink. */
    StateNotExternal(
            false,
            "If the job keeps nothing in Flink's state, say so with the annotation"
                + " workload.podmigration.dev/stateless: true on its pods; otherwise use another"
                + " strategy."),

    /** No strategy that the migration and the policy allow can move this pod. */
    NoStrategyPossible(
            false,
            "For each strategy status.strategy.reasons says why not, and what would make it"
                    + " possible."),

    /** The strategy of the workload says that it cannot be moved now. */
    WorkloadNotMovable(
            true, "The message says what the program needs; migrate again when it is as it says."),

    /** The program bears no freeze as long as this one would be. */
    FreezeBudgetExceeded(
            true,
            "Let the program bear a longer freeze (the message names what limits it), or migrate"
                    + " when the pod holds less memory."),

    /** A plugin of the operator threw an exception, did not answer, or answered nonsense. */
    PluginFailed(
            true,
            "See the log of the operator, and ask whoever made the plugin that the message names."),

    /**
     * A strategy did not complete one of its stages in the time it had set itself, or a JVM did not
     * answer.
     */
    WorkloadTimeout(
            true,
            "The message says what it was waiting for; migrate again when the program can do that"
                    + " in time."),

    /** The pod was moved, and its strategy found the program unwell afterwards. */
    WorkloadUnhealthy(
            false,
            "The pod is on the target and nothing can be undone: look at the program, the message"
                    + " says what is wrong with it."),

    /** The pod that was made anew on the target did not become Ready. */
    ReplacementNotReady(
            true,
            "See the events and the log of the new pod's containers on the target node: the same"
                    + " program ran on the source node."),

    /** A MigrationPolicy does not allow it. */
    NotAllowedByPolicy(
            true,
            "Ask whoever set the MigrationPolicy that the message names, or choose what it"
                    + " allows."),

    /** A user set spec.cancelled. */
    Cancelled(
            false,
            "Nothing to do: the source runs. Create another PodMigration to move it after all."),

    /** A fault of the operator or an agent itself. */
    InternalError(true, "Report it with the logs of the operator and of both agents.");

    private final boolean retryable;
    private final String remedy;

    FailureReason(boolean retryable, String remedy) {
        this.retryable = retryable;
        this.remedy = remedy;
    }

    /** Whether the same migration may well succeed later without a change to it. */
    public boolean isRetryable() {
        return retryable;
    }

    /** What a person can do about it, in one or two sentences. */
    public String remedy() {
        return remedy;
    }

    /**
     * Reads a name. One that a newer program wrote is taken for {@link #InternalError}: the watch
     * of an older one must not stop at it, and the message beside it still says what happened.
     */
    @JsonCreator
    static FailureReason read(String name) {
        for (FailureReason reason : values()) {
            if (reason.name().equals(name)) {
                return reason;
            }
        }
        return InternalError;
    }
}
