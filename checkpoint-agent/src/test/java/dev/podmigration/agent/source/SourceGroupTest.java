package dev.podmigration.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.commit.GroupRecord;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

class SourceGroupTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final SourceGroup group =
            new SourceGroup(GroupRecord.open("shop/move-all", List.of("c1", "c2")));
    private final Pod first = new Pod();
    private final Pod second = new Pod();

    /** Remembers what it was told. */
    private static final class Pod implements SourceGroup.Member {
        private final List<AgentFailure> givenUp = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger grants = new AtomicInteger();

        @Override
        public void giveUp(AgentFailure why) {
            givenUp.add(why);
        }

        @Override
        public void grant() {
            grants.incrementAndGet();
        }
    }

    @Test
    void nobodyIsStoppedBeforeAllCanBe() throws Exception {
        joinBoth();
        CompletableFuture<Boolean> passed = Background.call("first", () -> arrive("c1"));
        awaitWaiting("first");

        assertThat(passed).isNotDone();
        group.arrive("c2", LIMIT);

        assertThat(passed).succeedsWithin(LIMIT);
    }

    @Test
    void aMemberThatDoesNotComeInTimeIsAFailure() throws Exception {
        joinBoth();

        assertThatThrownBy(() -> group.arrive("c1", Duration.ofMillis(1)))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure ->
                                assertThat(failure.reason())
                                        .isEqualTo(FailureReason.GroupMemberFailed))
                .hasMessageContaining("1 of the 2 pods");
    }

    @Test
    void whoWaitsHearsWhichMemberHasFailedAndWhy() throws Exception {
        joinBoth();
        CompletableFuture<Boolean> passed = Background.call("waiting", () -> arrive("c1"));
        awaitWaiting("waiting");

        group.fail("c2", "jobmanager", new AgentFailure(FailureReason.TargetFull, "no room"));

        assertThat(passed)
                .failsWithin(LIMIT)
                .withThrowableThat()
                .withMessageContaining("Pod jobmanager of the same group")
                .withMessageContaining("TargetFull: no room");
        assertThat(first.givenUp)
                .singleElement()
                .satisfies(
                        why -> assertThat(why.reason()).isEqualTo(FailureReason.GroupMemberFailed));
        assertThat(second.givenUp).as("it knows").isEmpty();
    }

    @Test
    void onlyTheFirstFailureIsTold() throws Exception {
        joinBoth();
        AgentFailure why = new AgentFailure(FailureReason.TargetFull, "no room");

        group.fail("c2", "jobmanager", why);
        group.fail("c1", "taskmanager", why);

        assertThat(first.givenUp).hasSize(1);
        assertThat(second.givenUp).isEmpty();
    }

    @Test
    void aGroupThatHasFailedIsNotJoined() throws Exception {
        group.join("c2", second);
        group.fail("c2", "jobmanager", new AgentFailure(FailureReason.TargetFull, "no room"));

        assertThatThrownBy(() -> group.join("c1", first)).hasMessageContaining("no room");
    }

    @Test
    void theLastOneThatAsksTellsTheOthersOnce() throws Exception {
        joinBoth();

        group.granted("c2");
        group.granted("c2");

        assertThat(first.grants).hasValue(1);
        assertThat(second.grants).hasValue(0);
    }

    @Test
    void whatFailsAfterTheGrantIsNobodyElsesBusiness() throws Exception {
        joinBoth();
        group.granted("c2");

        group.fail("c2", "jobmanager", new AgentFailure(FailureReason.StreamBroken, "gone"));

        assertThat(first.givenUp).isEmpty();
    }

    private void joinBoth() throws AgentFailure {
        group.join("c1", first);
        group.join("c2", second);
    }

    private boolean arrive(String uid) throws AgentFailure, InterruptedException {
        group.arrive(uid, LIMIT);
        return true;
    }

    private static void awaitWaiting(String thread) {
        await().atMost(LIMIT)
                .until(
                        () ->
                                Thread.getAllStackTraces().keySet().stream()
                                        .anyMatch(
                                                found ->
                                                        found.getName().equals(thread)
                                                                && found.getState()
                                                                        == Thread.State
                                                                                .TIMED_WAITING));
    }
}
