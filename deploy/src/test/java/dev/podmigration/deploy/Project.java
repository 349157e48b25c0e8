package dev.podmigration.deploy;

import java.nio.file.Path;

/** Where things are; tests run in their module's directory. */
public final class Project {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private Project() {}

    public static Path path(String relative) {
        return ROOT.resolve(relative);
    }
}
