package dev.podmigration.e2e.workload;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Prints one line for each file below the root, with everything that must be the same after a move:
 * kind, mode, owners, size, time, content, link target, attributes, and which names are one file.
 * Run by kubectl exec, so that it sees the files by itself and not through the program that made
 * them. Arguments: paths to leave out.
 */
public final class TreeManifest extends SimpleFileVisitor<Path> {
    private final List<Path> leftOut;
    private final TreeSet<String> lines = new TreeSet<>();
    private final Map<Object, TreeSet<String>> namesOfFiles = new HashMap<>();

    private TreeManifest(List<Path> leftOut) {
        this.leftOut = leftOut;
    }

    public static void main(String[] arguments) throws IOException {
        TreeManifest manifest =
                new TreeManifest(List.of(arguments).stream().map(Path::of).toList());
        Files.walkFileTree(Path.of("/"), manifest);
        // The one part of /dev that belongs to the pod.
        Files.walkFileTree(Path.of("/dev/shm"), manifest);
        manifest.namesOfFiles.values().stream()
                .filter(names -> names.size() > 1)
                .forEach(names -> manifest.lines.add("one file: " + names));
        System.out.write(String.join("\n", manifest.lines).getBytes(StandardCharsets.UTF_8));
        System.out.println();
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
            throws IOException {
        if (leftOut.contains(directory)) {
            return FileVisitResult.SKIP_SUBTREE;
        }
        add(directory, "directory");
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        if (leftOut.contains(file)) {
            return FileVisitResult.CONTINUE;
        }
        if (attributes.isSymbolicLink()) {
            add(file, "link to " + Files.readSymbolicLink(file));
        } else if (attributes.isRegularFile()) {
            namesOfFiles
                    .computeIfAbsent(attributes.fileKey(), key -> new TreeSet<>())
                    .add(file.toString());
            add(file, attributes.size() + " bytes " + digest(file));
        } else {
            add(file, "special");
        }
        return FileVisitResult.CONTINUE;
    }

    private void add(Path path, String what) throws IOException {
        Map<String, Object> unix =
                Files.readAttributes(
                        path, "unix:mode,uid,gid,lastModifiedTime,rdev", LinkOption.NOFOLLOW_LINKS);
        lines.add(
                "%s %o %s:%s %s %s %s%s"
                        .formatted(
                                path.toString().replace("\n", "\\n"),
                                (Integer) unix.get("mode"),
                                unix.get("uid"),
                                unix.get("gid"),
                                ((FileTime) unix.get("lastModifiedTime")).toInstant(),
                                unix.get("rdev"),
                                what,
                                attributes(path)));
    }

    private static String attributes(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            return "";
        }
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
        StringBuilder text = new StringBuilder();
        // A named pipe or a device cannot carry any.
        if (Files.isRegularFile(path) || Files.isDirectory(path)) {
            for (String name : new TreeSet<>(view.list())) {
                ByteBuffer value = ByteBuffer.allocate(view.size(name));
                view.read(name, value);
                text.append(' ')
                        .append(name)
                        .append('=')
                        .append(HexFormat.of().formatHex(value.array()));
            }
        }
        return text.toString();
    }

    private static String digest(Path file) throws IOException {
        try (InputStream content =
                new DigestInputStream(
                        Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            content.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of()
                    .formatHex(((DigestInputStream) content).getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
