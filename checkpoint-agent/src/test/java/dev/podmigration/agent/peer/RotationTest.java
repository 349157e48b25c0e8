package dev.podmigration.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.peer.TestAuthority.Lifetime;
import dev.podmigration.agent.wire.Announce;
import dev.podmigration.agent.wire.Fenced;
import dev.podmigration.agent.wire.Hello;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.Welcome;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;

/**
 * A certificate ends and its successor comes while a pod is on its way. Certificates here live for
 * seconds.
 */
final class RotationTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final TestAuthority authority = new TestAuthority();

    /** Of a certificate's end seconds are the finest unit. */
    private final Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(4);

    private Identity source;
    private Identity target;
    private PeerServer server;

    RotationTest() throws Exception {}

    @BeforeEach
    void listen() throws Exception {
        source = authority.agent("node-a", authority, Lifetime.until(end));
        target = authority.agent("node-b", authority, Lifetime.until(end));
        server = PeerServer.onLoopback(target, new Echo());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    /** Welcomes a greeting, and answers everything else. */
    private static final class Echo implements PeerHandler {
        @Override
        public TargetSession open(String node, Consumer<TargetMessage> replies) {
            return new TargetSession() {
                @Override
                public void receive(SourceMessage message) {
                    replies.accept(
                            message.hasHello()
                                    ? TargetMessage.newBuilder()
                                            .setWelcome(Welcome.getDefaultInstance())
                                            .build()
                                    : TargetMessage.newBuilder()
                                            .setFenced(Fenced.getDefaultInstance())
                                            .build());
                }

                @Override
                public void ended(AgentFailure why) {}
            };
        }

        @Override
        public OutcomeReply outcome(String node, OutcomeRequest request) {
            return OutcomeReply.getDefaultInstance();
        }
    }

    @Test
    void a_stream_that_is_open_lives_on_and_new_ones_use_the_new_certificate() throws Exception {
        try (TargetLink open = connect()) {
            greet(open);

            authority.renew(source, "node-a", authority, Lifetime.usual());
            authority.renew(target, "node-b", authority, Lifetime.usual());
            exchange(open);
            awaitTheEnd();

            exchange(open);
            try (TargetLink later = connect()) {
                greet(later);
                exchange(later);
            }
        }
    }

    /** So that what the other test shows is the doing of the renewal. */
    @Test
    void without_a_new_certificate_nobody_is_heard_after_the_end() throws Exception {
        try (TargetLink open = connect()) {
            greet(open);
            awaitTheEnd();

            exchange(open);
            try (TargetLink later = connect()) {
                AgentFailure refused = catchThrowableOfType(AgentFailure.class, () -> greet(later));
                assertThat(refused.reason()).isEqualTo(FailureReason.PeerRefused);
            }
        }
    }

    @Test
    void one_end_may_be_renewed_before_the_other_by_a_new_authority_that_both_trust()
            throws Exception {
        TestAuthority next = new TestAuthority();
        try (TargetLink open = connect()) {
            greet(open);
            authority.trustToo(next, target, "node-b");
            next.trustToo(authority, source, "node-a");

            exchange(open);
            try (TargetLink later = connect()) {
                greet(later);
                exchange(later);
            }
        }
    }

    private TargetLink connect() {
        return new PeerClient(source)
                .connect(
                        "node-b",
                        InetAddress.getLoopbackAddress().getHostAddress() + ":" + server.port());
    }

    private static void greet(TargetLink link) throws Exception {
        link.send(SourceMessage.newBuilder().setHello(Hello.getDefaultInstance()).build());
        link.await(TargetMessage.BodyCase.WELCOME, LIMIT);
    }

    private static void exchange(TargetLink link) throws Exception {
        link.send(SourceMessage.newBuilder().setAnnounce(Announce.getDefaultInstance()).build());
        link.await(TargetMessage.BodyCase.FENCED, LIMIT);
    }

    private void awaitTheEnd() {
        await().atMost(LIMIT).until(() -> Instant.now().isAfter(end.plusSeconds(1)));
    }
}
