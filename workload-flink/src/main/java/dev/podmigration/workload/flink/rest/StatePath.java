package dev.podmigration.workload.flink.rest;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where state is kept: a directory for savepoints, a savepoint, or a retained checkpoint. A URI
 * with a scheme, as Flink's file systems have them.
 *
 * @param value for example {@code s3://bucket/savepoints/savepoint-55ddc6-0123456789ab}
 */
public record StatePath(String value) {

    private static final int LONGEST = 1024;
    private static final Pattern PATTERN =
            Pattern.compile("(?!https?:)[a-z][a-z0-9+.-]{0,19}:(//[^/]*)?/[A-Za-z0-9/._~%+@=:,-]*");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/._~%+@=:,-]*");

    public StatePath {
        if (!isOne(value)) {
            throw new IllegalArgumentException(
                    "not a URI with a scheme and a path of plain characters");
        }
    }

    /** Empty if it is not a URI with a scheme and a path of plain characters. */
    public static Optional<StatePath> parse(String value) {
        return isOne(value) ? Optional.of(new StatePath(value)) : Optional.empty();
    }

    private static boolean isOne(String value) {
        return value.length() <= LONGEST
                && PLAIN.matcher(value).matches()
                && PATTERN.matcher(value).matches()
                && Arrays.stream(value.split("/", -1)).noneMatch(".."::equals);
    }

    public String scheme() {
        return value.substring(0, value.indexOf(':'));
    }

    /** The path on a file system of the pod, if it is one: {@code file:///a}, {@code file:/a}. */
    public Optional<String> localPath() {
        if (!scheme().equals("file")) {
            return Optional.empty();
        }
        String rest = value.substring("file:".length());
        return Optional.of(rest.startsWith("//") ? rest.substring(rest.indexOf('/', 2)) : rest);
    }

    @Override
    public String toString() {
        return value;
    }
}
