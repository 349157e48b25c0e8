package dev.podmigration.agent.install;

import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.linux.Signal;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.ContainerRuntime;
import dev.podmigration.agent.runtime.CrioConfiguration;
import dev.podmigration.agent.runtime.PodOnNode;
import dev.podmigration.agent.runtime.RuntimeVersion;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A node in a directory with a process that is called crio, listens on the socket and notes each
 * SIGHUP. Its runtime knows the handlers of the drop-ins as they were at the last of these.
 */
final class CrioNode implements ContainerRuntime, CrioService {

    final Path root;
    final Host host;
    List<String> podsOfHandler = List.of();
    boolean deaf;
    private final Process crio;
    private Set<String> handlers = new HashSet<>(Set.of("crun", ""));
    private int seenReloads;

    CrioNode(Path root, String... crioArguments) throws IOException {
        this.root = root;
        this.host = Host.at(root);
        Files.createSymbolicLink(root.resolve("proc"), Path.of("/proc"));
        Files.createDirectories(root.resolve("usr/bin"));
        Files.createDirectories(root.resolve("etc/crio/crio.conf.d"));
        Files.createDirectories(root.resolve("var/lib"));
        Files.createDirectories(root.resolve("run/hooks.d"));
        Files.createDirectories(root.resolve("usr/share/containers/oci/hooks.d"));
        Files.createDirectories(root.resolve("run"));
        Files.createFile(
                root.resolve("usr/bin/crun"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "perl",
                                "-e",
                                """
                                use IO::Socket::UNIX;
                                $reloads = $ARGV[1]; my $l = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 5) or die $!;
                                $SIG{HUP} = sub { open(my $f, '>>', $reloads); print $f "reload\\n"; close($f); };
                                open(my $c, '>', "/proc/self/comm"); print $c "crio"; close($c);
                                $| = 1; print "up\\n"; while (1) { sleep 1 }
                                """,
                                socket(),
                                root.resolve("reloads").toString()));
        command.addAll(List.of(crioArguments));
        crio = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String line = crio.inputReader().readLine();
        if (!"up".equals(line)) {
            throw new IOException("the process in place of crio did not start: " + line);
        }
    }

    String socket() {
        return root.resolve("run/crio.sock").toString();
    }

    long pid() {
        return crio.pid();
    }

    int reloads() throws IOException {
        Path file = root.resolve("reloads");
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }

    /** Every file and directory with its mode and content, but for what belongs to this fake. */
    Map<String, String> content() throws IOException {
        Map<String, String> content = new TreeMap<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) throws IOException {
                        content.put(root.relativize(directory) + "/", mode(directory));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (attributes.isRegularFile() && !file.endsWith("reloads")) {
                            content.put(
                                    root.relativize(file).toString(),
                                    mode(file) + " " + Files.readString(file));
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return content;
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Override
    public Set<String> handlers() throws IOException {
        if (reloads() > seenReloads && !deaf) {
            seenReloads = reloads();
            handlers = new HashSet<>(Set.of("crun", ""));
            if (Files.exists(root.resolve("etc/crio/crio.conf.d/99-podmigration.conf"))) {
                handlers.add("podmigration");
            }
        }
        return Set.copyOf(handlers);
    }

    @Override
    public boolean hasRead(CrioProcess process, Path file) {
        return true;
    }

    /** Stands for a restart: the process notes that it was asked. */
    @Override
    public void restart(CrioProcess process) throws IOException {
        Signal.HANGUP.send(process.pid());
    }

    @Override
    public void start(String containerId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void noticeResumed(String containerId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CrioConfiguration configuration() throws IOException {
        return CrioConfiguration.parse(
                """
                [crio]
                root = "/var/lib/containers/storage"
                runroot = "/run/containers/storage"
                storage_driver = "overlay"
                [crio.runtime]
                default_runtime = "crun"
                cgroup_manager = "systemd"
                hooks_dir = ["/run/hooks.d", "/etc/hooks.d", "/usr/share/containers/oci/hooks.d"]
                [crio.runtime.runtimes.crun]
                runtime_path = "/usr/bin/crun"
                runtime_type = ""
                runtime_root = "/run/crun"
                runtime_config_path = ""
                monitor_path = "/usr/bin/conmon"
                monitor_cgroup = "system.slice"
                monitor_env = ["PATH=/usr/bin:/bin"]
                no_sync_log = false
                container_create_timeout = 240
                allowed_annotations = ["io.containers.trace-syscall"]
                inherit_default_runtime = false
                [crio.runtime.runtimes.crun.platform_runtime_paths]
                "linux/arm64" = "/usr/bin/crun-arm64"
                """);
    }

    @Override
    public Set<String> containerIds() {
        throw new UnsupportedOperationException("nobody asked for it yet");
    }

    @Override
    public List<String> podsOfHandler(String handler) {
        return podsOfHandler;
    }

    @Override
    public String instance() {
        throw new UnsupportedOperationException("nobody asked for it yet");
    }

    @Override
    public RuntimeVersion version() {
        return new RuntimeVersion("cri-o", "1.36.3");
    }

    @Override
    public Optional<PodOnNode> pod(String podUid) {
        return Optional.empty();
    }

    @Override
    public ContainerOnNode fromBundle(String bundle) {
        throw new UnsupportedOperationException("no containers here");
    }

    @Override
    public void close() {
        crio.destroyForcibly();
    }
}
