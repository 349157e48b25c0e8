package dev.podmigration.agent.source;

import com.google.protobuf.ByteString;

import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.wire.LogTail;
import dev.podmigration.agent.wire.SourceMessage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the containers have logged, so that {@code kubectl logs} of the target begins where the
 * source began.
 */
final class LogRounds {

    private static final int CHUNK_BYTES = 1 << 20;

    /**
     * The kubelet rotates at containerLogMaxSize, 10 MiB unless configured; of a larger file only
     * the end is carried.
     */
    private static final long LIMIT_BYTES = 16L << 20;

    private final Host host;
    private final List<ContainerOnNode> containers;
    private final SourceLink link;
    private final Map<String, Progress> sent = new HashMap<>();

    /**
     * @param position where the next round begins to read the file
     * @param total bytes sent of this container's logs, over all files
     */
    private record Progress(long position, long total) {}

    LogRounds(Host host, List<ContainerOnNode> containers, SourceLink link) {
        this.host = host;
        this.containers = List.copyOf(containers);
        this.link = link;
    }

    /** Sends what was added since the last call. */
    void send() throws IOException {
        for (ContainerOnNode container : containers) {
            try (FileChannel log =
                    FileChannel.open(host.path(container.logPath()), StandardOpenOption.READ)) {
                send(container.name(), log);
            } catch (NoSuchFileException rotated) {
                // The kubelet is about to make a new one; the next round sends it.
                sent.computeIfPresent(
                        container.name(), (name, before) -> new Progress(0, before.total()));
            }
        }
    }

    private void send(String container, FileChannel log) throws IOException {
        long size = log.size();
        Progress before =
                sent.getOrDefault(container, new Progress(Math.max(0, size - LIMIT_BYTES), 0));
        // A file that became shorter was rotated since the last round.
        long position = before.position() > size ? 0 : before.position();
        long total = before.total();
        while (position < size) {
            ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, size - position));
            int count = log.read(chunk, position);
            if (count <= 0) {
                break;
            }
            link.send(
                    SourceMessage.newBuilder()
                            .setLog(
                                    LogTail.newBuilder()
                                            .setContainer(container)
                                            .setOffset(total)
                                            .setData(ByteString.copyFrom(chunk.flip()))));
            position += count;
            total += count;
        }
        sent.put(container, new Progress(position, total));
    }
}
