package dev.podmigration.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One line of {@code /proc/<pid>/mountinfo} (proc_pid_mountinfo(5)).
 *
 * @param device major and minor number, the same for all mounts of one file system
 * @param root the directory of the file system that is mounted
 * @param mountPoint where the process sees it
 * @param options of the mount, such as {@code ro}
 * @param source device, or what stands for it
 * @param superOptions of the file system, such as {@code upperdir=...}
 */
public record MountInfo(
        String device,
        String root,
        String mountPoint,
        List<String> options,
        String type,
        String source,
        List<String> superOptions) {

    public MountInfo {
        options = List.copyOf(options);
        superOptions = List.copyOf(superOptions);
    }

    /** As this very process sees its mounts. */
    public static List<MountInfo> ofThisProcess() throws IOException {
        return read(Path.of("/proc/self/mountinfo"));
    }

    public static List<MountInfo> of(Host host, long pid) throws IOException {
        return read(host.process(pid, "mountinfo"));
    }

    private static List<MountInfo> read(Path file) throws IOException {
        List<MountInfo> mounts = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            mounts.add(parse(line));
        }
        return mounts;
    }

    static MountInfo parse(String line) {
        // 36 35 98:0 /root /point rw,noatime master:1 shared:2 - ext4 /dev/sda rw,errors=continue
        String[] fields = line.split(" ");
        int separator = 6;
        while (!fields[separator].equals("-")) {
            separator++;
        }
        return new MountInfo(
                fields[2],
                unescape(fields[3]),
                unescape(fields[4]),
                List.of(fields[5].split(",")),
                fields[separator + 1],
                unescape(fields[separator + 2]),
                options(fields[separator + 3]));
    }

    /** The value of an option like {@code upperdir=/x}, or empty. */
    public Optional<String> superOption(String name) {
        return superOptions.stream()
                .filter(option -> option.startsWith(name + "="))
                .map(option -> option.substring(name.length() + 1))
                .findFirst();
    }

    private static List<String> options(String field) {
        List<String> options = new ArrayList<>();
        for (String option : field.split(",")) {
            options.add(unescape(option));
        }
        return options;
    }

    /** The kernel writes space, tab, newline and backslash as three octal digits. */
    private static String unescape(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\' && i + 3 < field.length() && isOctal(field, i + 1)) {
                plain.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    private static boolean isOctal(String field, int start) {
        return field.substring(start, start + 3).chars().allMatch(c -> c >= '0' && c <= '7');
    }
}
