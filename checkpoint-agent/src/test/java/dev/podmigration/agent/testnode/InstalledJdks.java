package dev.podmigration.agent.testnode;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The JDK that runs the tests, and those that are installed beside it. */
public final class InstalledJdks {

    private static final Path INSTALLED = Path.of("/usr/lib/jvm");

    private InstalledJdks() {}

    /** Their directories. */
    public static Set<Path> homes() throws IOException {
        Set<Path> homes = new TreeSet<>();
        homes.add(Path.of(System.getProperty("java.home")).toRealPath());
        if (Files.isDirectory(INSTALLED)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(INSTALLED)) {
                for (Path home : found) {
                    if (Files.isExecutable(home.resolve("bin/javac"))) {
                        homes.add(home.toRealPath());
                    }
                }
            }
        }
        return homes;
    }
}
