package dev.podmigration.e2e.fault;

import static dev.podmigration.e2e.fault.FaultRun.SOURCE_AGENT;
import static dev.podmigration.e2e.fault.FaultRun.TARGET_AGENT;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Which faults there are, made from the points that programs pass in a migration that succeeds and
 * in one that is rolled back.
 */
record FaultSchedule(Map<String, List<String>> forward, Map<String, List<String>> back) {

    /** Where phases meet: everything else is broken here. */
    private static final List<At> BOUNDARIES =
            List.of(
                    new At(SOURCE_AGENT, "PodCheckpoint is Inspected"),
                    new At(TARGET_AGENT, "PodRestore is Armed"),
                    new At(SOURCE_AGENT, "PodCheckpoint is Prepared"),
                    new At(SOURCE_AGENT, "source has recorded FROZEN"),
                    new At(SOURCE_AGENT, "source is fenced"),
                    new At(SOURCE_AGENT, "source has frozen the pod"),
                    new At(TARGET_AGENT, "CRIU asks post-restore"),
                    new At(TARGET_AGENT, "target has recorded ASKED"),
                    new At(SOURCE_AGENT, "source has recorded GRANTED"),
                    new At(TARGET_AGENT, "target has recorded RESUMED"),
                    new At(TARGET_AGENT, "target runs"),
                    new At(SOURCE_AGENT, "PodCheckpoint is Granted"),
                    new At("operator", "operator decides Enter in Committed"),
                    new At("operator", "operator does DeletePod"),
                    new At(SOURCE_AGENT, "source kills"));

    /** Longer than a migration takes. */
    private static final int LATEST_MILLISECONDS = 6000;

    private record At(String program, String point) {}

    List<Fault> matrix() {
        List<Fault> faults = new ArrayList<>();
        faults.add(new Fault.None());
        faults.add(new Fault.Flip());
        forward.forEach(
                (program, points) ->
                        distinct(points)
                                .forEach(point -> faults.add(new Fault.Halt(program, point))));
        back.forEach(
                (program, points) ->
                        distinct(points)
                                .filter(point -> !forward.get(program).contains(point))
                                .forEach(
                                        point ->
                                                faults.add(
                                                        new Fault.HaltInRollBack(program, point))));
        for (At at : BOUNDARIES) {
            if (!forward.get(at.program()).contains(at.point())) {
                throw new IllegalStateException(
                        at + " is not passed, but " + distinct(forward.get(at.program())).toList());
            }
            for (Disturbance disturbance : Disturbance.values()) {
                faults.add(new Fault.AtPoint(at.program(), at.point(), disturbance));
            }
        }
        return faults;
    }

    /** The same for the same seed. */
    List<Fault> random(int count, long seed) {
        Random random = new Random(seed);
        List<Fault> faults = new ArrayList<>();
        while (faults.size() < count) {
            faults.add(one(random));
        }
        return faults;
    }

    private Fault one(Random random) {
        Disturbance disturbance = any(random, List.of(Disturbance.values()));
        String program = any(random, forward.keySet().stream().sorted().toList());
        String point = any(random, distinct(forward.get(program)).sorted().toList());
        return switch (random.nextInt(4)) {
            case 0 -> new Fault.Halt(program, point);
            case 1 -> {
                String undone = any(random, distinct(back.get(program)).sorted().toList());
                yield new Fault.HaltInRollBack(program, undone);
            }
            case 2 -> new Fault.AtPoint(program, point, disturbance);
            default ->
                    new Fault.After(
                            Duration.ofMillis(random.nextInt(LATEST_MILLISECONDS)), disturbance);
        };
    }

    private static <T> T any(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private static Stream<String> distinct(List<String> points) {
        return points.stream().distinct();
    }
}
