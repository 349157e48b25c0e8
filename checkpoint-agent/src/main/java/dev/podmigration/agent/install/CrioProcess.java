package dev.podmigration.agent.install;

import dev.podmigration.agent.host.Host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The running CRI-O: the process that listens on its socket. Asked to read its configuration again,
 * never restarted: that would be a service manager's business, and lose what is under way.
 *
 * @param pid as the node numbers it
 * @param arguments its command line
 */
record CrioProcess(long pid, List<String> arguments) {

    private static final String DEFAULT_DROP_INS = "/etc/crio/crio.conf.d";

    CrioProcess {
        arguments = List.copyOf(arguments);
    }

    /**
     * @param socket as the node names it
     */
    static CrioProcess find(Host host, String socket) throws IOException {
        String inode =
                listeningInode(host, socket)
                        .orElseThrow(
                                () -> new IOException("nobody on the node listens on " + socket));
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(host.processes(), "[0-9]*")) {
            for (Path process : processes) {
                if (isCrio(process) && holds(process, "socket:[" + inode + "]")) {
                    String commandLine = Files.readString(process.resolve("cmdline"));
                    return new CrioProcess(
                            Long.parseLong(process.getFileName().toString()),
                            List.of(commandLine.split("\0", -1)));
                }
            }
        }
        throw new IOException("no process named crio holds " + socket);
    }

    /** Where it looks for drop-ins: {@code --config-dir}, {@code -d}, or its default. */
    String dropInDirectory() {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            for (String option : List.of("--config-dir", "-d")) {
                if (argument.startsWith(option + "=")) {
                    return argument.substring(option.length() + 1);
                }
                if (argument.equals(option) && i + 1 < arguments.size()) {
                    return arguments.get(i + 1);
                }
            }
        }
        return DEFAULT_DROP_INS;
    }

    /**
     * {@code /proc/net/unix}: Num RefCount Protocol Flags Type St Inode Path; flag 0x10000 means
     * listening. CRI-O may have been given the socket under another name ({@code /var/run}).
     */
    private static Optional<String> listeningInode(Host host, String socket) throws IOException {
        Path wanted = host.path(socket);
        for (String line : Files.readAllLines(host.process(1, "net/unix"))) {
            String[] fields = line.strip().split("\\s+", 8);
            if (fields.length == 8
                    && fields[3].equals("00010000")
                    && fields[7].startsWith("/")
                    && fields[7].endsWith("/" + wanted.getFileName())
                    && host.path(fields[7]).equals(wanted)) {
                return Optional.of(fields[6]);
            }
        }
        return Optional.empty();
    }

    private static boolean isCrio(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip().equals("crio");
        } catch (IOException e) {
            // It ended while we looked.
            return false;
        }
    }

    private static boolean holds(Path process, String target) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (linkOf(descriptor).equals(target)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String linkOf(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            // Closed while we looked.
            return "";
        }
    }
}
