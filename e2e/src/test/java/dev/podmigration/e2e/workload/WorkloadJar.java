package dev.podmigration.e2e.workload;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The classes of this package as a jar of a few kilobytes: small enough for a ConfigMap, so that no
 * image has to be built for tests.
 */
public final class WorkloadJar {
    private WorkloadJar() {}

    public static byte[] bytes() {
        String directory = WorkloadJar.class.getPackageName().replace('.', '/');
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream jar = new ZipOutputStream(bytes)) {
            for (String file : classFiles()) {
                jar.putNextEntry(new ZipEntry(directory + "/" + file));
                try (InputStream content = WorkloadJar.class.getResourceAsStream(file)) {
                    if (content == null) {
                        throw new IllegalStateException("not on the class path: " + file);
                    }
                    content.transferTo(jar);
                }
                jar.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static List<String> classFiles() throws IOException {
        Path classes =
                Path.of(
                                WorkloadJar.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .getPath())
                        .resolve(WorkloadJar.class.getPackageName().replace('.', '/'));
        try (Stream<Path> files = Files.list(classes)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".class"))
                    .sorted()
                    .toList();
        }
    }
}
