package dev.podmigration.e2e.workload;

import dev.podmigration.e2e.lab.Lab;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import javax.tools.ToolProvider;

/**
 * The classes of this package as a jar of a few kilobytes: small enough for a ConfigMap, so that no
 * image has to be built for tests. Compiled for the oldest Java that their pods have.
 */
public final class WorkloadJar {
    private static final String OLDEST_JAVA = "17";
    private static final String PACKAGE = WorkloadJar.class.getPackageName().replace('.', '/');

    /** What runs on the side of the tests. */
    private static final String THIS_SOURCE = "WorkloadJar.java";

    private static byte @Nullable [] made;

    private WorkloadJar() {}

    public static synchronized byte[] bytes() {
        if (made == null) {
            try {
                made = jar(compiled());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return made.clone();
    }

    private static Path compiled() throws IOException {
        Path classes = Files.createTempDirectory("e2e-workload");
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--release",
                                OLDEST_JAVA,
                                "-proc:none",
                                "-classpath",
                                System.getProperty("java.class.path"),
                                "-d",
                                classes.toString()));
        Path sources = Lab.project().resolve("e2e/src/test/java").resolve(PACKAGE);
        try (Stream<Path> files = Files.list(sources)) {
            files.filter(file -> !file.endsWith(THIS_SOURCE))
                    .map(Path::toString)
                    .sorted()
                    .forEach(arguments::add);
        }
        int status =
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, arguments.toArray(String[]::new));
        if (status != 0) {
            throw new IllegalStateException("the workload is not to be compiled: see above");
        }
        return classes;
    }

    private static byte[] jar(Path classes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream jar = new ZipOutputStream(bytes);
                Stream<Path> files = Files.list(classes.resolve(PACKAGE))) {
            for (Path file : files.sorted().toList()) {
                jar.putNextEntry(new ZipEntry(PACKAGE + "/" + file.getFileName()));
                Files.copy(file, jar);
                jar.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
