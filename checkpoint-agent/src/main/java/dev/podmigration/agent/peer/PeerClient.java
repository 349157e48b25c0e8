package dev.podmigration.agent.peer;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.agent.wire.PeerGrpc;
import dev.podmigration.api.v1alpha1.FailureReason;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Calls the agents of other nodes. Thread-safe. */
public final class PeerClient implements SourceRecords {

    private final Identity identity;

    public PeerClient(Identity identity) {
        this.identity = identity;
    }

    /**
     * Opens a migration stream.
     *
     * @param node whose certificate the other side must show
     * @param address {@code host:port} of its agent
     */
    public TargetLink connect(String node, String address) {
        return new GrpcTargetLink(channel(node, address), host(address));
    }

    /** Without the port, and without the brackets of an IPv6 address. */
    private static String host(String address) {
        String host = address.substring(0, address.lastIndexOf(':'));
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public OutcomeReply outcome(String node, String address, OutcomeRequest request, Duration limit)
            throws AgentFailure {
        ManagedChannel channel = channel(node, address);
        try {
            return PeerGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .outcome(request);
        } catch (StatusRuntimeException e) {
            throw new AgentFailure(
                    FailureReason.AgentUnreachable,
                    "The agent of " + node + " at " + address + ": " + e.getStatus(),
                    e);
        } finally {
            channel.shutdownNow();
        }
    }

    private ManagedChannel channel(String node, String address) {
        return NettyChannelBuilder.forTarget("dns:///" + address, identity.clientCredentials())
                .overrideAuthority(node)
                .flowControlWindow(PeerServer.FLOW_CONTROL_WINDOW)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .build();
    }
}
