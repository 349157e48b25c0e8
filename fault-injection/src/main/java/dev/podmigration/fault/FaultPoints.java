package dev.podmigration.fault;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/**
 * Where a program can be broken on purpose. A point is passed by calling {@link #reach}; without a
 * schedule that is one read of a field. A schedule exists only if the environment asks for it and
 * the program's image was built for tests. Thread-safe.
 */
public final class FaultPoints {

    /** {@code true} asks for a schedule. */
    public static final String VARIABLE = "PODMIGRATION_FAULTS";

    /**
     * The file beside this class's jar that only images for tests have ({@code deploy/images/build
     * --faults}).
     */
    static final String MARK = "fault-injection.allowed";

    private static volatile @Nullable FaultSchedule schedule;

    private FaultPoints() {}

    /**
     * To be called once, before anything else is done.
     *
     * @return what the program has to serve; nothing in a normal run
     * @throws IllegalStateException if faults are asked for in a build that is not for tests
     */
    public static FaultControl open(Map<String, String> environment) {
        return open(environment, Files.exists(besideThisJar(MARK)));
    }

    static FaultControl open(Map<String, String> environment, boolean testBuild) {
        if (!"true".equals(environment.get(VARIABLE))) {
            return new FaultControl(null);
        }
        if (!testBuild) {
            throw new IllegalStateException(
                    VARIABLE
                            + " is set, but this is not a build for tests: take the variable away");
        }
        FaultSchedule opened = new FaultSchedule(() -> Runtime.getRuntime().halt(137));
        schedule = opened;
        return new FaultControl(opened);
    }

    /** The time of this program: the node's, unless a test has put it forward or back. */
    public static Clock clock() {
        return new FaultClock(Clock.systemUTC(), FaultPoints::clockAhead);
    }

    private static Duration clockAhead() {
        FaultSchedule found = schedule;
        return found == null ? Duration.ZERO : found.clockAhead();
    }

    /**
     * Passes the point {@code name}; what is armed there happens now.
     *
     * @param name says side and place, such as "source record GRANTED"
     */
    public static void reach(String name) {
        FaultSchedule found = schedule;
        if (found != null) {
            found.reach(name);
        }
    }

    /** As {@link #reach(String)}, for names that are made of what is at hand. */
    public static void reach(String side, Object what) {
        FaultSchedule found = schedule;
        if (found != null) {
            found.reach(side + " " + what);
        }
    }

    /**
     * Passes the point {@code name} with bytes that are about to leave: armed with {@code flip} it
     * turns one bit of those between position and limit around.
     */
    public static void leave(String name, ByteBuffer bytes) {
        FaultSchedule found = schedule;
        if (found != null) {
            found.leave(name, bytes);
        }
    }

    private static Path besideThisJar(String file) {
        try {
            URI own = FaultPoints.class.getProtectionDomain().getCodeSource().getLocation().toURI();
            return Path.of(own).resolveSibling(file);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("The place of this program is no path", e);
        }
    }
}
