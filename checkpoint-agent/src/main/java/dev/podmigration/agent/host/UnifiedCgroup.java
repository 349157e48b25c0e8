package dev.podmigration.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A group of the version 2 (unified) hierarchy. */
record UnifiedCgroup(Path directory) implements Cgroup {

    @Override
    public void freeze(Duration limit) throws IOException, InterruptedException {
        CgroupFiles.write(directory.resolve("cgroup.freeze"), "1");
        CgroupFiles.await(directory, "frozen", limit, this::isFrozen);
    }

    @Override
    public void requestFreeze() throws IOException {
        CgroupFiles.write(directory.resolve("cgroup.freeze"), "1");
    }

    @Override
    public void thaw(Duration limit) throws IOException, InterruptedException {
        CgroupFiles.write(directory.resolve("cgroup.freeze"), "0");
        CgroupFiles.await(directory, "thawed", limit, () -> !isFrozen() || isHeldFromAbove());
    }

    @Override
    public boolean isFrozen() throws IOException {
        List<String> events = Files.readAllLines(directory.resolve("cgroup.events"));
        return events.contains("frozen 1");
    }

    @Override
    public boolean wasAskedToFreeze() throws IOException {
        return wasAskedToFreeze(directory);
    }

    @Override
    public Set<Long> processes() throws IOException {
        return CgroupFiles.processes(directory);
    }

    @Override
    public void killAll() throws IOException {
        Path kill = directory.resolve("cgroup.kill");
        if (Files.exists(kill)) {
            CgroupFiles.write(kill, "1");
        } else {
            // Before Linux 5.14.
            CgroupFiles.kill(processes());
        }
    }

    private boolean isHeldFromAbove() throws IOException {
        for (Path above = directory.getParent(); above != null; above = above.getParent()) {
            // The root of the hierarchy has no such file: it cannot be frozen.
            if (!Files.exists(above.resolve("cgroup.freeze"))) {
                return false;
            }
            if (wasAskedToFreeze(above)) {
                return true;
            }
        }
        return false;
    }

    private static boolean wasAskedToFreeze(Path directory) throws IOException {
        return CgroupFiles.read(directory.resolve("cgroup.freeze")).equals("1");
    }
}
