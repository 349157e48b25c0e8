package dev.podmigration.e2e.workload;

import java.util.ArrayList;
import java.util.List;

/**
 * Memory that a program has used and no longer needs, in a heap that has grown by it: what a busy
 * server has in the evening.
 */
public final class Garbage {
    /** Mebibytes that lived for a while. */
    public static final String PROPERTY = "garbage";

    private static final int PIECE_BYTES = 32 * 1024;

    private Garbage() {}

    static void makeIfWanted() {
        int pieces = Integer.getInteger(PROPERTY, 0) * ((1 << 20) / PIECE_BYTES);
        List<byte[]> used = new ArrayList<>();
        for (int i = 0; i < pieces; i++) {
            byte[] piece = new byte[PIECE_BYTES];
            piece[i % PIECE_BYTES] = 1;
            used.add(piece);
        }
    }
}
