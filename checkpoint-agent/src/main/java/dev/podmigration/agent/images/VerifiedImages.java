package dev.podmigration.agent.images;

import java.nio.file.Path;

/**
 * A directory with all images of one dump, each as the source has it. Made by {@link
 * ImageWriter#verified} only.
 */
public final class VerifiedImages {
    private final Path directory;
    private final int files;
    private final long bytes;

    VerifiedImages(Path directory, int files, long bytes) {
        this.directory = directory;
        this.files = files;
        this.bytes = bytes;
    }

    public Path directory() {
        return directory;
    }

    public int files() {
        return files;
    }

    public long bytes() {
        return bytes;
    }
}
