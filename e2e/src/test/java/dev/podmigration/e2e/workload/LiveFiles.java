package dev.podmigration.e2e.workload;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Files that a process holds open and writes on through the same descriptors all the time: one it
 * appends to, one it writes at a position of its own, a mapped one, one that is deleted but open, a
 * locked one; and small ones that come, are renamed and go.
 */
final class LiveFiles implements Runnable {
    private static final int MAPPED_BYTES = 256 * 1024;
    private static final int DELETED_BYTES = 64 * 1024;
    private static final int LIVING = 20;

    private final Path directory;
    private final FileChannel appended;
    private final FileChannel positioned;
    private final MappedByteBuffer mapped;
    private final RandomAccessFile deleted;
    private final FileChannel locked;
    private final Deque<Long> living = new ArrayDeque<>();
    private long count;

    LiveFiles(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        appended =
                FileChannel.open(
                        directory.resolve("appended"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND);
        positioned =
                FileChannel.open(
                        directory.resolve("positioned"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try (FileChannel channel =
                FileChannel.open(
                        directory.resolve("mapped"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, MAPPED_BYTES);
        }
        Path doomed = directory.resolve("deleted");
        deleted = new RandomAccessFile(doomed.toFile(), "rw");
        deleted.setLength(DELETED_BYTES);
        Files.delete(doomed);
        locked =
                FileChannel.open(
                        directory.resolve("locked"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        if (locked.tryLock() == null) {
            throw new IllegalStateException("somebody else has the lock");
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                step();
                Thread.sleep(5);
            }
        } catch (IOException e) {
            System.out.println("FAULT " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void step() throws IOException {
        write(appended, line(count));
        write(positioned, line(count));
        mapped.putLong(slot(MAPPED_BYTES, count), count);
        deleted.seek(slot(DELETED_BYTES, count));
        deleted.writeLong(count);
        Path born = directory.resolve("being-born");
        Files.writeString(born, line(count));
        Files.move(born, file(count));
        living.addLast(count);
        if (living.size() > LIVING) {
            Files.delete(file(living.removeFirst()));
        }
        count++;
    }

    /**
     * Compares all files with what was written, by their names and through the open descriptors.
     */
    synchronized long check() throws IOException {
        expectLines("appended");
        expectLines("positioned");
        for (long index = Math.max(0, count - DELETED_BYTES / Long.BYTES); index < count; index++) {
            deleted.seek(slot(DELETED_BYTES, index));
            expect(deleted.readLong() == index, "the deleted file at " + index);
        }
        ByteBuffer read = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("mapped")));
        for (long index = Math.max(0, count - MAPPED_BYTES / Long.BYTES); index < count; index++) {
            expect(mapped.getLong(slot(MAPPED_BYTES, index)) == index, "the mapping at " + index);
            expect(read.getLong(slot(MAPPED_BYTES, index)) == index, "the mapped file at " + index);
        }
        for (long index : living) {
            expect(Files.readString(file(index)).equals(line(index)), "small file " + index);
        }
        try (var files = Files.list(directory)) {
            expect(files.count() == living.size() + 4, "the number of files");
        }
        return count;
    }

    private void expectLines(String name) throws IOException {
        byte[] content = Files.readAllBytes(directory.resolve(name));
        StringBuilder expected = new StringBuilder();
        for (long index = 0; index < count; index++) {
            expected.append(line(index));
        }
        expect(expected.toString().equals(new String(content, StandardCharsets.UTF_8)), name);
    }

    private void expect(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(directory + ": " + what + " is wrong");
        }
    }

    private Path file(long index) {
        return directory.resolve("small-" + index);
    }

    private static int slot(int bytes, long index) {
        return (int) (index % (bytes / Long.BYTES)) * Long.BYTES;
    }

    private static String line(long index) {
        return "line " + index + "\n";
    }

    private static void write(FileChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
