package dev.podmigration.agent.fence;

import static dev.podmigration.agent.linux.PacketSocket.OFFLOAD_HEADER_BYTES;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.PacketSocket;
import dev.podmigration.agent.linux.PacketSocket.Destination;
import dev.podmigration.agent.linux.PacketSocket.Frame;
import dev.podmigration.agent.linux.PacketSocket.Receive;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Collects TCP and UDP frames that reach a pod while its input is dropped, and sends them again
 * when somebody is there to read them, so that no peer has to wait for a retransmission timer.
 *
 * <p>Started before {@link PacketFilter#dropInput}, stopped right after the drop was lifted. A
 * frame that arrives between the two moments around the lifting may be delivered twice, which TCP
 * ignores and UDP allows; none is delivered never.
 */
public final class HeldFrames implements AutoCloseable {
    /** What the kernel keeps while the collecting thread is not scheduled. */
    private static final int KERNEL_BUFFER_BYTES = 64 << 20;

    private static final Duration WAIT = Duration.ofSeconds(1);

    /** VIRTIO_NET_HDR_F_NEEDS_CSUM; the other flags are the receiver's and sending refuses them. */
    private static final int NEEDS_CHECKSUM = 1;

    private final PacketSocket in;
    private final PacketSocket out;
    private final FrameQueue queue;
    private final Thread thread;
    private volatile boolean stopping;
    private @Nullable IOException failure; // handed over by joining the thread
    private long unreadable;
    private long kernelDrops;

    /**
     * What became of the frames.
     *
     * @param sent delivered to the pod, {@code bytes} of them together, the largest of {@code
     *     largest} bytes
     * @param overLimit not kept because the limit was reached
     * @param lostByKernel not kept because the collecting thread was too slow, or of a kind that
     *     the kernel cannot describe
     * @param refused kept but not taken back by the kernel
     */
    public record Report(
            int sent, long bytes, int largest, long overLimit, long lostByKernel, int refused) {}

    private HeldFrames(PacketSocket in, PacketSocket out, long limitBytes) {
        this.in = in;
        this.out = out;
        this.queue = new FrameQueue(limitBytes);
        this.thread = Thread.ofPlatform().daemon().name("held-frames").unstarted(this::collect);
    }

    /**
     * Starts to collect.
     *
     * @param podEnd where frames arrive
     * @param nodeEnd its peer on the node, through which they are sent again
     * @param limitBytes of heap for the frames
     */
    public static HeldFrames start(LinkEnd podEnd, LinkEnd nodeEnd, long limitBytes)
            throws IOException, InterruptedException {
        PacketSocket in = PacketSocket.open(podEnd, Receive.ALL, true, KERNEL_BUFFER_BYTES);
        try {
            PacketSocket out = PacketSocket.open(nodeEnd, Receive.NOTHING, true, 0);
            HeldFrames held = new HeldFrames(in, out, limitBytes);
            held.thread.start();
            return held;
        } catch (IOException | InterruptedException e) {
            in.close();
            throw e;
        }
    }

    /** Takes what has arrived until now and ends the collecting. */
    public void stop() throws IOException, InterruptedException {
        stopping = true;
        in.wakeUp();
        thread.join();
        IOException collecting = failure;
        if (collecting != null) {
            throw collecting;
        }
    }

    /**
     * Sends the frames to the pod in the order of their arrival; call once, after {@link #stop}.
     */
    public Report resend() throws IOException {
        if (thread.isAlive()) {
            throw new IllegalStateException("still collecting");
        }
        int refused = 0;
        for (byte[] frame : queue.frames()) {
            frame[0] &= NEEDS_CHECKSUM;
            try {
                out.send(frame);
            } catch (ErrnoException e) {
                // One frame that the kernel does not want must not cost the others; the peer sends
                // it again.
                refused++;
            }
        }
        return new Report(
                queue.frames().size() - refused,
                queue.bytes(),
                queue.largest(),
                queue.refused(),
                kernelDrops + unreadable,
                refused);
    }

    private void collect() {
        try {
            while (!stopping) {
                in.await(WAIT);
                takeAll();
            }
            takeAll();
            kernelDrops = in.takeDropCount();
        } catch (IOException e) {
            failure = e;
        }
    }

    private void takeAll() throws ErrnoException {
        while (true) {
            try {
                Optional<Frame> frame = in.receive();
                if (frame.isEmpty()) {
                    return;
                }
                take(frame.get());
            } catch (ErrnoException e) {
                // The kernel has no virtio-net description for this frame's segmentation; it is
                // gone from the queue.
                if (!e.is("EINVAL")) {
                    throw e;
                }
                unreadable++;
            }
        }
    }

    private void take(Frame frame) {
        boolean toPod =
                frame.destination() != Destination.OUTGOING
                        && frame.destination() != Destination.OTHER_HOST;
        if (toPod && FrameContent.isTcpOrUdp(frame.bytes(), OFFLOAD_HEADER_BYTES)) {
            queue.add(frame.bytes());
        }
    }

    /** Ends the collecting and forgets frames that were not sent. */
    @Override
    public void close() throws IOException {
        stopping = true;
        try (in;
                out) {
            in.wakeUp();
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
