package dev.podmigration.operator.forecast;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * A freeze as a sum: some time for each container, because they are saved one after another, and
 * some for each byte.
 *
 * @param containerMillis for stopping, fencing and restoring a container, whatever its size
 * @param mebibyteMillis for saving, sending and restoring its memory
 */
record FreezeModel(double containerMillis, double mebibyteMillis) {

    static final double MEBIBYTE = 1 << 20;

    /**
     * Holds until something was measured. On a machine of two cores, both nodes on it, 46 MiB took
     * 590 ms, and the prototype took 840 ms for 149 MiB and 1670 ms for 1016 MiB.
     */
    static final FreezeModel START = new FreezeModel(600, 1);

    /** No memory can be read, sent and written faster than at 20 GiB/s. */
    private static final double FASTEST = 0.05;

    /** Each of the two starting points counts like half a migration. */
    private static final double START_WEIGHT = 0.5;

    /** Smaller errors than this, of what a freeze of that size takes, count all the same. */
    private static final double EXACT = 0.05;

    /** The weights have settled long before. */
    private static final int ROUNDS = 30;

    /**
     * The model with the smallest sum of errors: of errors and not of their squares, so that one
     * freeze on a busy machine counts for no more than any other, and in proportion to what a
     * freeze of that size takes, because 100 ms matter at 300 ms and not at 10 s. Two points of the
     * starting model are among the samples, so that pods of one size alone do not decide what
     * another size means.
     */
    static FreezeModel fit(List<FreezeSample> samples) {
        List<Point> points =
                Stream.concat(
                                Stream.of(START.point(0), START.point(1024)),
                                samples.stream()
                                        .map(
                                                sample ->
                                                        new Point(
                                                                sample.containers(),
                                                                sample.mebibytes(),
                                                                sample.milliseconds(),
                                                                1)))
                        .toList();
        // Squares that are divided by the error of the round before become the errors themselves.
        FreezeModel model = leastSquares(points, Point::count);
        for (int round = 1; round < ROUNDS; round++) {
            FreezeModel last = model;
            model =
                    leastSquares(
                            points, point -> point.count() / Math.max(last.error(point), EXACT));
        }
        return model;
    }

    private static FreezeModel leastSquares(List<Point> points, ToDoubleFunction<Point> weight) {
        double cc = 0;
        double cm = 0;
        double mm = 0;
        double ct = 0;
        double mt = 0;
        for (Point point : points) {
            double w = weight.applyAsDouble(point) / (point.usual() * point.usual());
            cc += w * point.containers() * point.containers();
            cm += w * point.containers() * point.mebibytes();
            mm += w * point.mebibytes() * point.mebibytes();
            ct += w * point.containers() * point.millis();
            mt += w * point.mebibytes() * point.millis();
        }
        // Never 0: the two starting points are no multiples of each other.
        double determinant = cc * mm - cm * cm;
        double perContainer = (ct * mm - mt * cm) / determinant;
        double perMebibyte = (mt * cc - ct * cm) / determinant;
        if (perContainer < 0) {
            return new FreezeModel(0, Math.max(mt / mm, FASTEST));
        }
        if (perMebibyte < FASTEST) {
            return new FreezeModel(Math.max((ct - FASTEST * cm) / cc, 0), FASTEST);
        }
        return new FreezeModel(perContainer, perMebibyte);
    }

    /** By how much this model misses what was measured, as a part of what is usual. */
    private double error(Point point) {
        return Math.abs(millis(point.containers(), point.mebibytes()) - point.millis())
                / point.usual();
    }

    long millis(int containers, long bytes) {
        return Math.round(millis((double) containers, bytes / MEBIBYTE));
    }

    long mebibytesPerSecond() {
        return Math.round(1000 / mebibyteMillis);
    }

    private double millis(double containers, double mebibytes) {
        return containerMillis * containers + mebibyteMillis * mebibytes;
    }

    private Point point(double mebibytes) {
        return new Point(1, mebibytes, millis(1, mebibytes), START_WEIGHT);
    }

    /** What was measured, and how much it counts. */
    private record Point(double containers, double mebibytes, double millis, double count) {

        /** What the starting model says about this size: a measure that no outlier moves. */
        double usual() {
            return START.millis(containers, mebibytes);
        }
    }
}
