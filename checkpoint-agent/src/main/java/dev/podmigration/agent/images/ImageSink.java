package dev.podmigration.agent.images;

import dev.podmigration.agent.wire.ImageFrame;

import java.io.IOException;

/** Takes frames in their order. */
@FunctionalInterface
public interface ImageSink {
    /** Returns when the frame was sent: its content changes afterwards. */
    void send(ImageFrame frame) throws IOException;
}
