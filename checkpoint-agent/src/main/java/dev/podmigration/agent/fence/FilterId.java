package dev.podmigration.agent.fence;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names the filter tables of one operation, so that they are found again after a crash. Source and
 * target of one migration have different ones.
 *
 * @param text usually the uid of the PodCheckpoint or PodRestore
 */
public record FilterId(String text) implements Comparable<FilterId> {
    private static final String TABLE_PREFIX = "podmigration-";
    private static final Pattern ALLOWED = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    public FilterId {
        // It becomes part of the filter program's input.
        if (!ALLOWED.matcher(text).matches()) {
            throw new IllegalArgumentException("not usable in the name of a filter table: " + text);
        }
    }

    @Override
    public int compareTo(FilterId other) {
        return text.compareTo(other.text);
    }

    String table() {
        return TABLE_PREFIX + text;
    }

    /** Empty for a table that is not ours. */
    static Optional<FilterId> ofTable(String table) {
        if (!table.startsWith(TABLE_PREFIX)) {
            return Optional.empty();
        }
        String text = table.substring(TABLE_PREFIX.length());
        return ALLOWED.matcher(text).matches() ? Optional.of(new FilterId(text)) : Optional.empty();
    }
}
