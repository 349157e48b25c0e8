package dev.podmigration.agent.source;

import com.google.protobuf.ByteString;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.address.PodInterface;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.peer.PeerFailures;
import dev.podmigration.agent.peer.TargetLink;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.PodOnNode;
import dev.podmigration.agent.wire.Hello;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.Welcome;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Peer;
import dev.podmigration.api.v1alpha1.PodCheckpoint;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;

/**
 * The stream to the target of one PodCheckpoint, after both sides have named each other's object.
 */
final class SourceLink {

    private static final Duration WELCOME_LIMIT = Duration.ofSeconds(15);

    private final TargetLink link;
    private final String restoreUid;
    private final boolean podComesLater;

    private SourceLink(TargetLink link, String restoreUid, boolean podComesLater) {
        this.link = link;
        this.restoreUid = restoreUid;
        this.podComesLater = podComesLater;
    }

    static SourceLink open(
            SourceTools tools, PodCheckpoint checkpoint, PodOnNode pod, String restoreUid)
            throws AgentFailure, IOException, InterruptedException {
        Peer peer = checkpoint.getSpec().getPeer();
        Hello.Builder hello =
                Hello.newBuilder()
                        .setCheckpointUid(checkpoint.getMetadata().getUid())
                        .setRestoreNamespace(checkpoint.getMetadata().getNamespace())
                        .setRestoreName(peer.getRestoreName())
                        .setRestoreUid(restoreUid)
                        .setSourceAddress(tools.ownAddress())
                        .setGrantsOnArrival(true)
                        .setInGroup(checkpoint.getSpec().getGroup() != null)
                        .addAllDataDirectories(DataDirectories.of(tools.host(), pod))
                        .addAllContainers(
                                pod.containers().stream().map(ContainerOnNode::name).toList());
        if (checkpoint.getSpec().isKeepAddresses()) {
            nameAddresses(tools, pod, hello);
        }
        TargetLink link = tools.peers().connect(peer.getNodeName(), peer.getAddress());
        try {
            link.send(SourceMessage.newBuilder().setHello(hello).build());
            Welcome welcome =
                    link.await(TargetMessage.BodyCase.WELCOME, WELCOME_LIMIT).getWelcome();
            if (hello.getInGroup() && !welcome.getKnowsGroups()) {
                throw new AgentFailure(
                        FailureReason.OptionNotSupported,
                        "The agent of node "
                                + peer.getNodeName()
                                + " is of an older version, which cannot take a pod of a group");
            }
            return new SourceLink(link, restoreUid, welcome.getPodComesLater());
        } catch (AgentFailure failure) {
            link.close();
            throw failure;
        }
    }

    /** The target looks whether it is where this interface can be heard. */
    private static void nameAddresses(SourceTools tools, PodOnNode pod, Hello.Builder hello)
            throws AgentFailure, IOException, InterruptedException {
        try (NetworkNamespace namespace = NetworkNamespace.open(tools.networkNamespace(pod));
                PodInterface own = PodInterface.discover(namespace)) {
            long process = pod.containers().getFirst().pid().orElseThrow();
            hello.addAllAddresses(tools.addresses().toKeep(process, own))
                    .setMac(ByteString.copyFrom(own.mac().bytes()));
        }
    }

    String restoreUid() {
        return restoreUid;
    }

    /** The target pod takes the name of the source, which has to be deleted before. */
    boolean podComesLater() {
        return podComesLater;
    }

    boolean isOpen() {
        return link.open();
    }

    /** For senders that know only I/O errors: {@link AgentFailure} is the cause then. */
    void send(SourceMessage.Builder message) throws IOException {
        try {
            link.send(message.build());
        } catch (AgentFailure failure) {
            throw new BrokenLinkException(failure);
        }
    }

    TargetMessage await(TargetMessage.BodyCase expected, Duration limit) throws AgentFailure {
        return link.await(expected, limit);
    }

    /**
     * Within the freeze.
     *
     * @param step what the target does meanwhile, for the user
     * @throws AgentFailure {@code FreezeLimitExceeded} if the target is still at it at the end
     */
    TargetMessage await(TargetMessage.BodyCase expected, Deadline deadline, String step)
            throws AgentFailure {
        try {
            return link.await(expected, deadline.left());
        } catch (AgentFailure failure) {
            if (failure.reason() == FailureReason.AgentUnreachable && deadline.passed()) {
                throw deadline.exceeded("the target had not finished to " + step);
            }
            throw failure;
        }
    }

    /** Tells the target why, if there is a reason and the stream still stands. */
    void end(@Nullable AgentFailure why) {
        if (why != null && link.open()) {
            try {
                link.send(SourceMessage.newBuilder().setAbort(PeerFailures.toWire(why)).build());
            } catch (AgentFailure gone) {
                // The broken stream tells the target the same.
                why.addSuppressed(gone);
            }
        }
        link.close();
    }
}
