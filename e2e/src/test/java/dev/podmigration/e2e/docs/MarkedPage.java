package dev.podmigration.e2e.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The part of a page of docs/ that a program writes, between two marks that name the program.
 *
 * @param program as one would call it, such as {@code bench/flink}
 */
public record MarkedPage(Path file, String program) {

    private static final String END = "<!-- to here -->";

    /** What is between the marks. */
    public String read() throws IOException {
        String page = Files.readString(file);
        return page.substring(begin(page), end(page)).strip();
    }

    /** Leaves the rest of the page as it is. */
    public void write(String text) throws IOException {
        String page = Files.readString(file);
        Files.writeString(
                file,
                page.substring(0, begin(page))
                        + "\n"
                        + text.stripTrailing()
                        + "\n"
                        + page.substring(end(page)));
    }

    private int begin(String page) {
        String mark = "<!-- " + program + " writes from here -->";
        return found(page.indexOf(mark), mark) + mark.length();
    }

    private int end(String page) {
        return found(page.indexOf(END, begin(page)), END);
    }

    private int found(int place, String mark) {
        if (place < 0) {
            throw new IllegalArgumentException(file + " lacks the line " + mark);
        }
        return place;
    }
}
