package dev.podmigration.agent.linux;

import java.nio.file.Files;
import java.nio.file.Path;

/** Whether this test run may do what only root may. */
final class Root {
    private Root() {}

    static boolean here() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
