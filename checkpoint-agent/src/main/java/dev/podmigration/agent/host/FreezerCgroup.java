package dev.podmigration.agent.host;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** A group of the version 1 {@code freezer} hierarchy. */
record FreezerCgroup(Path directory) implements Cgroup {

    @Override
    public void freeze(Duration limit) throws IOException, InterruptedException {
        write("FROZEN");
        CgroupFiles.await(directory, "frozen", limit, this::isFrozen);
    }

    @Override
    public void requestFreeze() throws IOException {
        write("FROZEN");
    }

    @Override
    public void thaw(Duration limit) throws IOException, InterruptedException {
        write("THAWED");
        CgroupFiles.await(directory, "thawed", limit, () -> !isFrozen() || isHeldFromAbove());
    }

    @Override
    public boolean isFrozen() throws IOException {
        // Reading is what makes the kernel look whether FREEZING has become FROZEN
        // (Documentation/admin-guide/
        // cgroup-v1/freezer-subsystem.rst).
        return CgroupFiles.read(directory.resolve("freezer.state")).equals("FROZEN");
    }

    @Override
    public boolean wasAskedToFreeze() throws IOException {
        return CgroupFiles.read(directory.resolve("freezer.self_freezing")).equals("1");
    }

    @Override
    public Set<Long> processes() throws IOException {
        return CgroupFiles.processes(directory);
    }

    @Override
    public void killAll() throws IOException {
        CgroupFiles.kill(processes());
    }

    private boolean isHeldFromAbove() throws IOException {
        return CgroupFiles.read(directory.resolve("freezer.parent_freezing")).equals("1");
    }

    private void write(String state) throws IOException {
        CgroupFiles.write(directory.resolve("freezer.state"), state);
    }
}
