package dev.podmigration.e2e.workload;

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
        byte[][] used = new byte[pieces][];
        for (int i = 0; i < pieces; i++) {
            used[i] = new byte[PIECE_BYTES];
            used[i][i % PIECE_BYTES] = 1;
        }
        if (pieces > 0) {
            System.out.println("made " + used.length + " pieces of garbage");
        }
    }
}
