package dev.podmigration.e2e.workload;

import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** Memory that is in use and whose every word is known, so that a page that got lost is noticed. */
final class LiveHeap {
    private static final int WORDS_A_CHUNK = 8192;
    private static final int CHUNKS_A_MEBIBYTE = (1 << 20) / (WORDS_A_CHUNK * Long.BYTES);

    private final long[][] chunks;

    LiveHeap(int mebibytes) {
        chunks = new long[mebibytes * CHUNKS_A_MEBIBYTE][WORDS_A_CHUNK];
        for (int index = 0; index < chunks.length; index++) {
            write(index, 0);
        }
    }

    void rewriteInTheBackground(int mebibytesPerSecond) {
        if (mebibytesPerSecond == 0 || chunks.length == 0) {
            return;
        }
        long pauseNanos = 1_000_000_000L / ((long) mebibytesPerSecond * CHUNKS_A_MEBIBYTE);
        Daemon.start(
                () -> {
                    for (int index = 0; ; index = (index + 1) % chunks.length) {
                        synchronized (chunks[index]) {
                            write(index, chunks[index][0] + 1);
                        }
                        LockSupport.parkNanos(pauseNanos);
                    }
                });
    }

    int wrongChunks() {
        int wrong = 0;
        for (int index = 0; index < chunks.length; index++) {
            synchronized (chunks[index]) {
                long[] chunk = chunks[index];
                SplittableRandom words = words(index, chunk[0]);
                for (int word = 1; word < chunk.length; word++) {
                    if (chunk[word] != words.nextLong()) {
                        wrong++;
                        break;
                    }
                }
            }
        }
        return wrong;
    }

    private void write(int index, long generation) {
        long[] chunk = chunks[index];
        SplittableRandom words = words(index, generation);
        chunk[0] = generation;
        for (int word = 1; word < chunk.length; word++) {
            chunk[word] = words.nextLong();
        }
    }

    private static SplittableRandom words(int index, long generation) {
        return new SplittableRandom(index * 1_000_003L + generation);
    }
}
