package dev.podmigration.agent.janitor;

import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.TmpfsMounts;
import dev.podmigration.agent.runtime.ContainerOnNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * File systems in memory in which CRIU's images were to be written, each in the directory of a
 * container, whose id is a part of its path.
 */
record DumpImages(Host host, TmpfsMounts mounts) implements Store {

    @Override
    public Holding.Kind kind() {
        return Holding.Kind.DUMP_IMAGES;
    }

    @Override
    public List<Holding> list() throws IOException {
        return mounts.onDirectoriesNamed(ContainerOnNode.CHECKPOINT).stream()
                .map(mount -> new Holding(kind(), host.nameOnNode(mount), 0))
                .toList();
    }

    @Override
    public boolean isNeeded(Holding holding, Needs needs) {
        return needs.containers().stream().anyMatch(holding.name()::contains);
    }

    @Override
    public void remove(Holding holding) throws IOException, InterruptedException {
        Path images = host.path(holding.name());
        mounts.unmount(images);
        Files.deleteIfExists(images);
    }
}
