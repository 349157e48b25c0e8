package dev.podmigration.agent.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.linux.DataRange;
import dev.podmigration.agent.linux.ExtendedAttributes;
import dev.podmigration.agent.linux.FilePath;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything that two equal trees must have in common, one line a file. Made with the Java
 * library's own file access, so that it shares no mistake with the code under test.
 */
final class TreeDescription {
    private static final int TYPE = 0xf000;

    private final Path root;
    private final Map<String, String> lines = new TreeMap<>();
    private final Map<Object, Set<String>> names = new TreeMap<>();

    private TreeDescription(Path root) {
        this.root = root;
    }

    static void assertEqual(String what, Path expected, Path actual) throws IOException {
        Map<String, String> left = of(expected);
        Map<String, String> right = of(actual);
        List<String> differences = new ArrayList<>();
        Set<String> all = new TreeSet<>(left.keySet());
        all.addAll(right.keySet());
        for (String name : all) {
            String wanted = left.getOrDefault(name, "absent");
            String found = right.getOrDefault(name, "absent");
            if (!wanted.equals(found)) {
                differences.add(name + "\n  source " + wanted + "\n  target " + found);
            }
        }
        assertThat(differences).as(what + ": " + left.size() + " files").isEmpty();
    }

    /** Lines by path; bytes of names as Latin-1. */
    static Map<String, String> of(Path root) throws IOException {
        TreeDescription description = new TreeDescription(root);
        description.add(root);
        for (Set<String> group : description.names.values()) {
            for (String name : group) {
                description.lines.merge(name, " names=" + group, String::concat);
            }
        }
        return description.lines;
    }

    private void add(Path file) throws IOException {
        Map<String, Object> status =
                Files.readAttributes(file, "unix:*", LinkOption.NOFOLLOW_LINKS);
        int type = (Integer) status.get("mode") & TYPE;
        String name =
                new String(FilePath.bytes(root.relativize(file)), StandardCharsets.ISO_8859_1);
        StringBuilder line =
                new StringBuilder(
                        "mode=%o owner=%s:%s mtime=%s"
                                .formatted(
                                        (Integer) status.get("mode"),
                                        status.get("uid"),
                                        status.get("gid"),
                                        status.get("lastModifiedTime")));
        for (Map.Entry<String, byte[]> attribute :
                new TreeMap<>(ExtendedAttributes.read(type == 0x4000 ? file.resolve(".") : file))
                        .entrySet()) {
            line.append(' ')
                    .append(attribute.getKey())
                    .append('=')
                    .append(hex(attribute.getValue()));
        }
        switch (type) {
            case 0xa000 ->
                    line.append(" -> ")
                            .append(hex(FilePath.bytes(Files.readSymbolicLink(file))))
                            .append(' ')
                            .append(status.get("size"));
            case 0x8000 ->
                    line.append(
                            " atime=%s size=%s data=%s sha=%s"
                                    .formatted(
                                            status.get("lastAccessTime"),
                                            status.get("size"),
                                            DataRange.of(file),
                                            digest(file)));
            case 0x2000, 0x6000 -> line.append(" device=").append(status.get("rdev"));
            default -> line.append(" atime=").append(status.get("lastAccessTime"));
        }
        lines.put(name, line.toString());
        if (type == 0x4000) {
            try (DirectoryStream<Path> children = Files.newDirectoryStream(file)) {
                for (Path child : children) {
                    add(child);
                }
            }
        } else if ((Integer) status.get("nlink") > 1) {
            names.computeIfAbsent(
                            status.get("dev") + ":" + status.get("ino"), key -> new TreeSet<>())
                    .add(name);
        }
    }

    private static String digest(Path file) throws IOException {
        try {
            return hex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
