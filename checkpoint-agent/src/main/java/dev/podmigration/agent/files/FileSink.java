package dev.podmigration.agent.files;

import dev.podmigration.agent.wire.FileFrame;

import java.io.IOException;

/** Takes frames in their order. */
@FunctionalInterface
public interface FileSink {
    /** Blocks until the frame may be sent, so that a slow target slows the reading. */
    void send(FileFrame frame) throws IOException;
}
