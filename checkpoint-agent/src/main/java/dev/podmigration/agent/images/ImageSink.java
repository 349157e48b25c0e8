package dev.podmigration.agent.images;

import dev.podmigration.agent.wire.ImageFrame;

import java.io.IOException;

/** Takes frames in their order. */
@FunctionalInterface
public interface ImageSink {
    /** Blocks until the frame may be sent. */
    void send(ImageFrame frame) throws IOException;
}
