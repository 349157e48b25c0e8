package dev.podmigration.agent.files;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Files that a process has mapped shared and writable. Its stores reach the file without a system
 * call, and the change time moves only when a clean page becomes dirty: a file read between two
 * stores looks unchanged afterwards.
 *
 * <p>Look before the first round and again when the pod is stopped, and give both to {@link
 * TreeSender}: a file that was mapped only in between was first written to after the round began,
 * and that shows.
 */
public final class SharedMappings {
    private SharedMappings() {}

    /**
     * The files that are mapped now.
     *
     * @param process the process' directory in proc
     * @return nothing for a process that is gone
     */
    public static Set<FileIdentity> of(Path process) throws IOException {
        Set<FileIdentity> files = new HashSet<>();
        // The paths in it may hold any bytes; only the columns before them are read.
        try (BufferedReader lines =
                Files.newBufferedReader(process.resolve("maps"), StandardCharsets.ISO_8859_1)) {
            String line;
            while ((line = lines.readLine()) != null) {
                String[] columns = line.split(" +", 6);
                boolean hasFile = columns.length >= 5 && !columns[4].equals("0");
                if (hasFile && columns[1].charAt(1) == 'w' && columns[1].charAt(3) == 's') {
                    add(files, process.resolve("map_files").resolve(withoutPadding(columns[0])));
                }
            }
        } catch (IOException e) {
            if (Files.exists(process)) {
                throw e;
            }
            return Set.of(); // ended while it was read
        }
        return files;
    }

    /** maps pads addresses to eight digits, map_files does not. */
    private static String withoutPadding(String range) {
        return range.replaceAll("(^|-)0+(?=[0-9a-f])", "$1");
    }

    /**
     * The device in the table of mappings is that of an overlay's layer on some kernels; stat says
     * what the tree's scan sees.
     */
    private static void add(Set<FileIdentity> files, Path mapping) throws IOException {
        try {
            Map<String, Object> status = Files.readAttributes(mapping, "unix:dev,ino");
            long device = (Long) status.get("dev");
            files.add(new FileIdentity(major(device), minor(device), (Long) status.get("ino")));
        } catch (NoSuchFileException e) {
            // Unmapped meanwhile, or a file without a name such as shared anonymous memory, which
            // is in no tree.
            return;
        }
    }

    /** gnu_dev_major */
    private static int major(long device) {
        return (int) (((device >> 8) & 0xfff) | ((device >> 32) & ~0xfff));
    }

    /** gnu_dev_minor */
    private static int minor(long device) {
        return (int) ((device & 0xff) | ((device >> 12) & ~0xff));
    }
}
