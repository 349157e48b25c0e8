package dev.podmigration.protocol.explore;

import java.util.Arrays;

/** Millions of states, each once, numbered in the order in which they came. */
final class StateTable {

    private long[] low = new long[1 << 16];
    private long[] high = new long[1 << 16];

    /** Number of the state plus one, by its hash; a power of two long, at most half full. */
    private int[] slots = new int[1 << 18];

    private int size;

    /** The number of a state: {@link #size} before the call if it is new. */
    int add(long stateLow, long stateHigh) {
        int slot = hash(stateLow, stateHigh) & (slots.length - 1);
        while (slots[slot] != 0) {
            int known = slots[slot] - 1;
            if (low[known] == stateLow && high[known] == stateHigh) {
                return known;
            }
            slot = (slot + 1) & (slots.length - 1);
        }
        if (size == low.length) {
            low = Arrays.copyOf(low, size * 2);
            high = Arrays.copyOf(high, size * 2);
        }
        low[size] = stateLow;
        high[size] = stateHigh;
        slots[slot] = ++size;
        if (size * 2 > slots.length) {
            grow();
        }
        return size - 1;
    }

    private void grow() {
        slots = new int[slots.length * 2];
        for (int at = 0; at < size; at++) {
            int slot = hash(low[at], high[at]) & (slots.length - 1);
            while (slots[slot] != 0) {
                slot = (slot + 1) & (slots.length - 1);
            }
            slots[slot] = at + 1;
        }
    }

    /** Mixes all bits (the finaliser of SplitMix64). */
    private static int hash(long low, long high) {
        long mixed = low * 0x9E3779B97F4A7C15L ^ high;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return (int) (mixed ^ (mixed >>> 31));
    }

    int size() {
        return size;
    }

    long low(int at) {
        return low[at];
    }

    long high(int at) {
        return high[at];
    }
}
