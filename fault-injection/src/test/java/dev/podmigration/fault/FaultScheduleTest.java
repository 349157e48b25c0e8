package dev.podmigration.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

class FaultScheduleTest {

    private final AtomicInteger halts = new AtomicInteger();
    private final FaultSchedule schedule = new FaultSchedule(halts::incrementAndGet);

    @AfterEach
    void letGo() {
        schedule.clear();
    }

    @Test
    void pointsAreListedInTheOrderInWhichTheyWerePassed() {
        schedule.reach("b");
        schedule.reach("a");
        schedule.reach("b");
        assertThat(FaultControl.answer(schedule, "GET", "").text())
                .isEqualTo("passed b\npassed a\npassed b\n");
    }

    @Test
    void aHaltHappensAtItsPointAndOnce() {
        assertThat(FaultControl.answer(schedule, "PUT", "halt source record GRANTED").code())
                .isEqualTo(200);
        schedule.reach("source record FROZEN");
        assertThat(halts).hasValue(0);
        schedule.reach("source record GRANTED");
        schedule.reach("source record GRANTED");
        assertThat(halts).hasValue(1);
    }

    @Test
    void whatIsHeldGoesOnWhenItIsLetGo() {
        FaultControl.answer(schedule, "PUT", "hold here");
        CompletableFuture<Void> held = CompletableFuture.runAsync(() -> schedule.reach("here"));
        await().until(
                        () ->
                                FaultControl.answer(schedule, "GET", "")
                                        .text()
                                        .startsWith("held here\n"));
        assertThat(held).isNotDone();
        FaultControl.answer(schedule, "DELETE", "");
        await().until(held::isDone);
        assertThat(FaultControl.answer(schedule, "GET", "").text()).isEmpty();
    }

    @Test
    void anInterruptEndsAHold() throws InterruptedException {
        schedule.arm("here", Fault.HOLD);
        AtomicInteger interrupted = new AtomicInteger();
        Thread thread =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    schedule.reach("here");
                                    interrupted.set(Thread.interrupted() ? 1 : 2);
                                });
        await().until(() -> !schedule.held().isEmpty());
        thread.interrupt();
        thread.join();
        assertThat(interrupted).hasValue(1);
    }

    @Test
    void aFlipChangesOneBit() {
        schedule.arm("frame", Fault.FLIP);
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {7, 8, 9, 10});
        schedule.leave("frame", bytes.position(1));
        schedule.leave("frame", bytes);
        assertThat(bytes.array()).containsExactly(7, 8, 8, 10);
        assertThat(bytes.position()).isEqualTo(1);
    }

    @Test
    void whatIsNotUnderstoodIsRefused() {
        assertThat(FaultControl.answer(schedule, "PUT", "explode here").code()).isEqualTo(400);
        assertThat(FaultControl.answer(schedule, "PUT", "halt").code()).isEqualTo(400);
        assertThat(FaultControl.answer(schedule, "POST", "").code()).isEqualTo(405);
    }

    @Test
    void aNormalBuildRefusesToBeBroken() {
        assertThatThrownBy(() -> FaultPoints.open(Map.of(FaultPoints.VARIABLE, "true")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not a build for tests");
    }

    @Test
    void aClockIsAheadUntilItIsPutBackAndNoDurationIsRefused() {
        Instant right = Instant.parse("2026-01-02T03:04:05Z");
        FaultClock clock = new FaultClock(Clock.fixed(right, ZoneOffset.UTC), schedule::clockAhead);
        assertThat(FaultControl.answer(schedule, "PUT", "clock PT1H").code()).isEqualTo(200);
        schedule.clear();
        assertThat(clock.instant()).isEqualTo(right.plus(Duration.ofHours(1)));
        assertThat(FaultControl.answer(schedule, "PUT", "clock later").code()).isEqualTo(400);
        assertThat(FaultControl.answer(schedule, "PUT", "clock PT0S").code()).isEqualTo(200);
        assertThat(clock.instant()).isEqualTo(right);
    }
}
