package dev.podmigration.agent.criu;

import dev.podmigration.api.v1alpha1.FailureReason;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What CRIU's error messages mean. The texts are those of CRIU 4.2; the file in its source stands
 * beside each.
 */
enum CriuErrors {
    // sk-inet.c, at dump and at restore
    CONNECTED_TCP(FailureReason.ConnectedTcpSocket, "Connected TCP socket"),
    // sk-inet.c, sk-unix.c
    IN_FLIGHT(FailureReason.InFlightConnection, "In-flight connection (\\(l\\)|on)"),
    // mount.c
    EXTERNAL_MOUNT(
            FailureReason.ExternalMount,
            "doesn't have a proper root mount|FS mnt .* unsupported id|is autodetected external"
                    + " mount|No mapping for .* mountpoint"),
    // files-reg.c
    GHOST_FILE(FailureReason.GhostFileTooLarge, "Can't dump ghost file .* increase limit"),
    // sk-inet.c, sk-unix.c, sockets.c, sk-netlink.c
    SOCKET(
            FailureReason.UnsupportedSocket,
            "Unsupported (proto|socket family|socket type|type \\(\\d+\\) on socket)|BUG! Unknown"
                + " socket collected|Sockets \\(family .* are not collected|Unknown pair"
                + " family|External socket|Can't dump (\\d+ inet|corked dgram) socket|Ext stream"
                + " not supported"),
    // fsnotify.c
    INOTIFY(FailureReason.InotifyHandle, "Can't dump that handle"),
    // sk-inet.c
    BIND(FailureReason.AddressNotBindable, "Can't bind inet socket"),
    // files-reg.c
    MISSING_FILE(
            FailureReason.MissingFile,
            "Can't open file .* on restore|File .* has bad (size|build-ID|mode)|Can't open file"
                    + " .*No such file"),
    // arch/x86/cpu.c, cpu of other architectures
    CPU(
            FailureReason.CpuMismatch,
            "CPU (instruction )?capabilities do not match|CPU xfeatures has unsupported|CPU xsave"
                + " (max )?size mismatch|FPU feature required by image|CPU Feature .* (required by"
                + " image|not supported on host)"),
    // files-ext.c: a character device
    DEVICE(FailureReason.DeviceInUse, "Can't dump file \\d+ of that type \\[2\\d+\\]"),
    // file-lock.c
    FILE_LOCKS(
            FailureReason.CheckpointFailed,
            "Some file locks are hold by dumping tasks",
            "Set checkpoint.fileLocks: true."),
    // files-reg.c
    LINK_REMAP(
            FailureReason.CheckpointFailed,
            "Can't create link remap for .* Use link-remap option",
            "Set checkpoint.linkRemap: true."),
    // cr-dump.c, pstree.c, tty.c
    SHELL_JOB(
            FailureReason.CheckpointFailed,
            "session leader|Found dangling tty|consider using --shell-job",
            "Set checkpoint.shellJob: true."),
    // The kernel hands no io_uring descriptor over a socket (EINVAL), which is how CRIU fetches
    // them
    IO_URING(FailureReason.IoUringInUse, "io_uring|send_fds failed \\(-22\\)"),
    // seize.c
    FREEZE(
            FailureReason.CheckpointFailed,
            "Unable to freeze cgroup|Unseizable non-zombie",
            "Try again; processes that wait for a disk or are traced (a debugger, kubectl exec)"
                    + " cannot be saved."),
    // cr-dump.c; root without CAP_SYS_RESOURCE in the node's user namespace
    RLIMIT(
            FailureReason.CheckpointFailed,
            "Can't get rlimit",
            "Give CRIU the capability CAP_SYS_RESOURCE; on ordinary nodes root has it."),
    DISK_FULL(
            FailureReason.CheckpointFailed,
            "No space left on device",
            "Free space on the node's disk; images need about twice the memory of the container."),
    MEMORY_FULL(FailureReason.TargetMemoryTooSmall, "Cannot allocate memory"),
    // action-scripts.c: the agent decided, and has said why
    REFUSED(
            FailureReason.CheckpointFailed,
            "action scripts failed",
            "The agent itself ended it; see its messages.");

    private final FailureReason reason;
    private final Pattern pattern;
    private final @Nullable String remedy;

    CriuErrors(FailureReason reason, String pattern) {
        this(reason, pattern, null);
    }

    CriuErrors(FailureReason reason, String pattern, @Nullable String remedy) {
        this.reason = reason;
        this.pattern = Pattern.compile(pattern);
        this.remedy = remedy;
    }

    FailureReason reason() {
        return reason;
    }

    String remedy() {
        return remedy == null ? reason.remedy() : remedy;
    }

    static Optional<CriuErrors> of(String message) {
        return List.of(values()).stream()
                .filter(error -> error.pattern.matcher(message).find())
                .findFirst();
    }
}
