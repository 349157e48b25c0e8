package dev.podmigration.agent.criu;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines of ours at the end of a file of others, between two marks. Putting them in and taking them
 * out again gives the very same bytes, even when the last line of the others had no end.
 */
final class MarkedBlock {

    private static final String BEGIN = "# BEGIN podmigration";
    private static final String BEGIN_AFTER_OPEN_LINE =
            "# BEGIN podmigration (the line above had no end)";
    private static final String END = "# END podmigration";

    private MarkedBlock() {}

    static String put(String text, List<String> lines) {
        String others = remove(text);
        boolean open = !others.isEmpty() && !others.endsWith("\n");
        StringBuilder all = new StringBuilder(others);
        all.append(open ? "\n" + BEGIN_AFTER_OPEN_LINE : BEGIN).append('\n');
        for (String line : lines) {
            if (line.isBlank() || line.chars().anyMatch(c -> c < ' ' || c == '#')) {
                throw new IllegalArgumentException("not one line of configuration: " + line);
            }
            all.append(line).append('\n');
        }
        return all.append(END).append('\n').toString();
    }

    /** What stands between the marks; nothing without both of them. */
    static List<String> lines(String text) {
        List<String> all = text.lines().toList();
        int begin = Math.max(all.indexOf(BEGIN), all.indexOf(BEGIN_AFTER_OPEN_LINE));
        int end = all.lastIndexOf(END);
        return begin < 0 || end < begin ? List.of() : all.subList(begin + 1, end);
    }

    static String remove(String text) {
        StringBuilder kept = new StringBuilder();
        boolean ours = false;
        for (String line : withEnds(text)) {
            String bare = line.endsWith("\n") ? line.substring(0, line.length() - 1) : line;
            if (bare.equals(BEGIN_AFTER_OPEN_LINE) && !kept.isEmpty()) {
                kept.setLength(kept.length() - 1);
            }
            boolean begins = bare.equals(BEGIN) || bare.equals(BEGIN_AFTER_OPEN_LINE);
            ours |= begins;
            if (!ours) {
                kept.append(line);
            }
            ours &= !bare.equals(END);
        }
        return kept.toString();
    }

    private static List<String> withEnds(String text) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            int next = end < 0 ? text.length() : end + 1;
            lines.add(text.substring(start, next));
            start = next;
        }
        return lines;
    }
}
