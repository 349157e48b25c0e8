package dev.podmigration.agent.fence;

import java.util.ArrayList;
import java.util.List;

/**
 * Frames in the order of their arrival, up to a number of bytes; the oldest are kept, as a receiver
 * needs them first.
 */
final class FrameQueue {
    /** What a frame costs on the heap beside its bytes: array header, list slot. */
    private static final int OVERHEAD = 32;

    private final long limitBytes;
    private final List<byte[]> frames = new ArrayList<>();
    private long bytes;
    private long cost;
    private int largest;
    private long refused;

    FrameQueue(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    void add(byte[] frame) {
        if (cost + frame.length + OVERHEAD > limitBytes) {
            refused++;
            return;
        }
        frames.add(frame);
        bytes += frame.length;
        cost += frame.length + OVERHEAD;
        largest = Math.max(largest, frame.length);
    }

    List<byte[]> frames() {
        return frames;
    }

    long bytes() {
        return bytes;
    }

    int largest() {
        return largest;
    }

    /** Frames that did not fit. */
    long refused() {
        return refused;
    }
}
