package dev.podmigration.agent.launcher;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One call of the hook.
 *
 * @param initPid the container's first process as the node numbers it; 0 where CRIU does not know
 *     it yet
 * @param hookPid the hook itself
 */
public record HookEvent(HookAction action, long initPid, long hookPid) {

    private static final Pattern LINE = Pattern.compile("([a-z-]+) (\\d{1,10}) (\\d{1,10})");

    /**
     * Reads a line of the hook.
     *
     * @return empty for a line that is no event, or one of a newer CRIU that nobody here waits for
     */
    static Optional<HookEvent> parse(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return HookAction.of(matcher.group(1))
                .map(
                        action ->
                                new HookEvent(
                                        action,
                                        Long.parseLong(matcher.group(2)),
                                        Long.parseLong(matcher.group(3))));
    }
}
