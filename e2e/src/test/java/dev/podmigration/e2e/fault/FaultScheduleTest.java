package dev.podmigration.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

class FaultScheduleTest {

    private static final int COUNT = 300;

    @Test
    void aSeedGivesTheSameFaultsAgainAndAnotherSeedOthers() {
        FaultSchedule schedule = schedule(points(40));
        assertThat(schedule.random(COUNT, 1)).isEqualTo(schedule(points(40)).random(COUNT, 1));
        assertThat(same(schedule.random(COUNT, 1), schedule.random(COUNT, 2)))
                .isLessThan(COUNT / 10);
    }

    @Test
    void aPointThatIsPassedOnlySometimesChangesOnlyTheFaultsThatAreDrawnForIt() {
        List<String> more = new ArrayList<>(points(40));
        more.add(7, "source tells Frozen");
        List<Fault> without = schedule(points(40)).random(COUNT, 1);
        List<Fault> with = schedule(more).random(COUNT, 1);

        long changed = COUNT - same(without, with);
        assertThat(changed)
                .isEqualTo(
                        with.stream().filter(fault -> fault.toString().contains("Frozen")).count())
                .isBetween(1L, COUNT / 10L);
    }

    @Test
    void everyProgramEveryKindAndMostPointsAreDrawn() {
        List<Fault> faults = schedule(points(40)).random(COUNT, 1);
        Set<String> halted = new HashSet<>();
        faults.stream()
                .filter(Fault.Halt.class::isInstance)
                .forEach(fault -> halted.add(((Fault.Halt) fault).point()));

        assertThat(halted).hasSizeGreaterThan(30);
        assertThat(faults.stream().map(Fault::getClass).distinct()).hasSize(4);
        assertThat(
                        faults.stream()
                                .filter(Fault.After.class::isInstance)
                                .map(fault -> ((Fault.After) fault).disturbance())
                                .distinct())
                .hasSize(Disturbance.values().length);
    }

    private static long same(List<Fault> some, List<Fault> others) {
        return IntStream.range(0, COUNT)
                .filter(number -> some.get(number).equals(others.get(number)))
                .count();
    }

    private static FaultSchedule schedule(List<String> points) {
        Map<String, List<String>> all =
                Map.of(
                        FaultRun.SOURCE_AGENT,
                        points,
                        FaultRun.TARGET_AGENT,
                        points,
                        "operator",
                        points);
        return new FaultSchedule(all, all);
    }

    private static List<String> points(int count) {
        return IntStream.range(0, count).mapToObj(number -> "does step " + number).toList();
    }
}
