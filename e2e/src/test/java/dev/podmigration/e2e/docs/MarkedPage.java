package dev.podmigration.e2e.docs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.UnaryOperator;

/**
 * The part of a page of docs/ that a program writes, between two marks that name the program.
 *
 * @param program as one would call it, such as {@code bench/flink}
 */
public record MarkedPage(Path file, String program) {

    private static final String END = "<!-- to here -->";

    /** What is between the marks, never while another process changes it. */
    public String read() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.lock(0, Long.MAX_VALUE, true);
            return between(page(channel));
        }
    }

    /** Leaves the rest of the page as it is. */
    public void write(String text) throws IOException {
        update(before -> text);
    }

    /**
     * As {@link #write}, with what was there before. Other processes that do the same wait.
     *
     * @param change gets what is between the marks, and gives what shall be there
     */
    public void update(UnaryOperator<String> change) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            // Until the channel is closed. Not by another descriptor: the lock would go when that
            // one is closed (POSIX).
            channel.lock();
            String page = page(channel);
            ByteBuffer changed =
                    StandardCharsets.UTF_8.encode(with(page, change.apply(between(page))));
            channel.truncate(0).position(0);
            while (changed.hasRemaining()) {
                channel.write(changed);
            }
        }
    }

    private static String page(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    private String between(String page) {
        return page.substring(begin(page), end(page)).strip();
    }

    private String with(String page, String text) {
        return page.substring(0, begin(page))
                + "\n"
                + text.stripTrailing()
                + "\n"
                + page.substring(end(page));
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
