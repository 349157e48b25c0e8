package dev.podmigration.workload.flink.rest;

import java.util.regex.Pattern;

/**
 * A jar that the JobManager has: the name of its file.
 *
 * @param value letters, digits, dots, dashes and underscores, ending in .jar
 */
public record JarId(String value) {

    private static final Pattern PATTERN =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,250}\\.jar");

    public JarId {
        if (!matches(value)) {
            throw new IllegalArgumentException("not the name of a jar");
        }
    }

    static boolean matches(String value) {
        return PATTERN.matcher(value).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
