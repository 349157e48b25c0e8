package dev.podmigration.e2e.fault;

import static dev.podmigration.e2e.fault.FaultRun.SOURCE_AGENT;
import static dev.podmigration.e2e.fault.FaultRun.TARGET_AGENT;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
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
                    new At(SOURCE_AGENT, "CRIU asks pre-dump"),
                    new At(SOURCE_AGENT, "CRIU asks post-dump"),
                    new At(TARGET_AGENT, "CRIU asks pre-restore"),
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

    /** So many of a seed are not those of another seed. */
    private static final long MAX_RANDOM = 1_000_000;

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

    /**
     * The same for the same seed. Which points are passed varies a little from one time to the
     * other, as some only come in a migration that takes long: so each fault is drawn by itself,
     * and a point that is new, or missing, changes only the faults that it is drawn for.
     */
    List<Fault> random(int count, long seed) {
        return LongStream.rangeClosed(1, count).mapToObj(number -> one(seed, number)).toList();
    }

    private Fault one(long seed, long number) {
        SplittableRandom random = new SplittableRandom(seed * MAX_RANDOM + number);
        List<Disturbance> disturbances = List.of(Disturbance.values());
        Disturbance disturbance = disturbances.get(random.nextInt(disturbances.size()));
        String program = any(random.nextLong(), forward.keySet().stream());
        String point = any(random.nextLong(), forward.get(program).stream());
        return switch (random.nextInt(4)) {
            case 0 -> new Fault.Halt(program, point);
            case 1 ->
                    new Fault.HaltInRollBack(
                            program, any(random.nextLong(), back.get(program).stream()));
            case 2 -> new Fault.AtPoint(program, point, disturbance);
            default ->
                    new Fault.After(
                            Duration.ofMillis(random.nextInt(LATEST_MILLISECONDS)), disturbance);
        };
    }

    /** The one for which the greatest number is drawn: those that lose do not matter. */
    private static String any(long seed, Stream<String> all) {
        return all.max(
                        Comparator.comparingLong(
                                        (String one) ->
                                                new SplittableRandom(seed ^ one.hashCode())
                                                        .nextLong())
                                .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    private static Stream<String> distinct(List<String> points) {
        return points.stream().distinct();
    }
}
