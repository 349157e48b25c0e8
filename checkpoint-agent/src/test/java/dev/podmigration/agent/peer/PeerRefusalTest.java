package dev.podmigration.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.peer.TestAuthority.Lifetime;
import dev.podmigration.agent.wire.Hello;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** What a source is told when the agent of the target does not talk to it. */
final class PeerRefusalTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final TestAuthority ours = new TestAuthority();
    private final TestAuthority theirs = new TestAuthority();

    PeerRefusalTest() throws Exception {}

    /** Refuses what gets as far as here. */
    private static final class Nobody implements PeerHandler {
        @Override
        public TargetSession open(String node, Consumer<TargetMessage> replies) {
            return new TargetSession() {
                @Override
                public void receive(SourceMessage message) throws AgentFailure {
                    throw new AgentFailure(FailureReason.LauncherTimeout, "greeted " + node);
                }

                @Override
                public void ended(AgentFailure why) {}
            };
        }

        @Override
        public OutcomeReply outcome(String node, OutcomeRequest request) throws AgentFailure {
            throw new AgentFailure(FailureReason.InternalError, "not asked");
        }
    }

    @Test
    void two_agents_of_one_authority_talk() throws Exception {
        AgentFailure heard = greet(ours.agent("node-b", ours), ours.agent("node-a", ours));

        assertThat(heard).hasMessage("greeted node-a");
        assertThat(heard.reason()).isEqualTo(FailureReason.LauncherTimeout);
    }

    @Test
    void a_source_whose_certificate_another_authority_signed_is_refused() throws Exception {
        assertRefused(greet(ours.agent("node-b", ours), theirs.agent("node-a", ours)));
    }

    @Test
    void a_target_whose_certificate_another_authority_signed_is_refused() throws Exception {
        assertRefused(greet(theirs.agent("node-b", ours), ours.agent("node-a", ours)));
    }

    @Test
    void a_target_with_the_certificate_of_another_node_is_refused() throws Exception {
        assertRefused(greet(ours.agent("node-c", ours), ours.agent("node-a", ours)));
    }

    @Test
    void a_certificate_that_is_no_agents_is_refused() throws Exception {
        assertRefused(
                greet(
                        ours.agent("node-b", ours),
                        ours.identity("CN=node-a,O=somebody", "node-a", ours)));
    }

    @Test
    void a_source_whose_certificate_has_expired_is_refused() throws Exception {
        Lifetime over = Lifetime.until(Instant.now().minusSeconds(60));

        assertRefused(greet(ours.agent("node-b", ours), ours.agent("node-a", ours, over)));
    }

    @Test
    void a_target_whose_certificate_has_expired_is_refused() throws Exception {
        Lifetime over = Lifetime.until(Instant.now().minusSeconds(60));

        assertRefused(greet(ours.agent("node-b", ours, over), ours.agent("node-a", ours)));
    }

    @Test
    void a_certificate_that_is_not_valid_yet_is_refused() throws Exception {
        Instant later = Instant.now().plusSeconds(3600);
        Lifetime early = new Lifetime(later, later.plusSeconds(60));

        assertRefused(greet(ours.agent("node-b", ours), ours.agent("node-a", ours, early)));
    }

    @Test
    void a_message_that_is_too_large_is_not_taken() throws Exception {
        try (PeerServer server = PeerServer.onLoopback(ours.agent("node-b", ours), new Nobody());
                TargetLink link =
                        new PeerClient(ours.agent("node-a", ours))
                                .connect(
                                        "node-b",
                                        InetAddress.getLoopbackAddress().getHostAddress()
                                                + ":"
                                                + server.port())) {
            AgentFailure heard =
                    catchThrowableOfType(
                            AgentFailure.class,
                            () -> {
                                link.send(
                                        SourceMessage.newBuilder()
                                                .setHello(
                                                        Hello.newBuilder()
                                                                .setRestoreName(
                                                                        "x".repeat(5 << 20)))
                                                .build());
                                link.await(TargetMessage.BodyCase.WELCOME, LIMIT);
                            });

            assertThat(heard.reason()).isNotEqualTo(FailureReason.LauncherTimeout);
            assertThat(heard).hasMessageNotContaining("greeted");
        }
    }

    @Test
    void a_fault_of_the_target_is_told_at_once() throws Exception {
        PeerHandler faulty =
                new PeerHandler() {
                    @Override
                    public TargetSession open(String node, Consumer<TargetMessage> replies) {
                        return new TargetSession() {
                            @Override
                            public void receive(SourceMessage message) {
                                throw new IllegalStateException("nobody thought of this");
                            }

                            @Override
                            public void ended(AgentFailure why) {}
                        };
                    }

                    @Override
                    public OutcomeReply outcome(String node, OutcomeRequest request) {
                        throw new IllegalStateException("not asked");
                    }
                };
        try (PeerServer server = PeerServer.onLoopback(ours.agent("node-b", ours), faulty)) {
            AgentFailure heard = greet(server.port(), ours.agent("node-a", ours));

            assertThat(heard.reason()).isEqualTo(FailureReason.InternalError);
            assertThat(heard).hasMessageContaining("nobody thought of this");
        }
    }

    @Test
    void where_nobody_listens_the_agent_is_unreachable() throws Exception {
        PeerServer server = PeerServer.onLoopback(ours.agent("node-b", ours), new Nobody());
        int port = server.port();
        server.close();

        assertThat(greet(port, ours.agent("node-a", ours)).reason())
                .isEqualTo(FailureReason.AgentUnreachable);
    }

    private static void assertRefused(AgentFailure failure) {
        assertThat(failure.reason()).as(failure.getMessage()).isEqualTo(FailureReason.PeerRefused);
        assertThat(failure.remedy()).isEqualTo(FailureReason.PeerRefused.remedy());
    }

    private static AgentFailure greet(Identity target, Identity source) throws Exception {
        try (PeerServer server = PeerServer.onLoopback(target, new Nobody())) {
            return greet(server.port(), source);
        }
    }

    private static AgentFailure greet(int port, Identity source) {
        String address = InetAddress.getLoopbackAddress().getHostAddress() + ":" + port;
        try (TargetLink link = new PeerClient(source).connect("node-b", address)) {
            return catchThrowableOfType(
                    AgentFailure.class,
                    () -> {
                        link.send(
                                SourceMessage.newBuilder()
                                        .setHello(Hello.getDefaultInstance())
                                        .build());
                        link.await(TargetMessage.BodyCase.WELCOME, LIMIT);
                    });
        }
    }
}
