package dev.podmigration.operator.fakes;

import dev.podmigration.api.v1alpha1.ByteCounts;
import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.MigratedContainer;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.Timestamps;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Migrations that have ended, from node-a to node-b unless said otherwise. */
public final class Finished {

    private Finished() {}

    /** One that succeeded some minutes after {@link Case#NOW}. */
    public static PodMigration migration(
            int minute, int containers, long mebibytes, long milliseconds) {
        PodMigration migration = new PodMigration();
        migration.getMetadata().setName("move-" + minute);
        migration.getMetadata().setNamespace("ns");
        migration.getMetadata().setUid(UUID.randomUUID().toString());
        migration.getStatus().setPhase(PodMigrationPhase.Succeeded);
        migration
                .getStatus()
                .setCompletionTime(Timestamps.format(Case.NOW.plus(Duration.ofMinutes(minute))));
        List<MigratedContainer> list = new ArrayList<>();
        for (int i = 0; i < containers; i++) {
            list.add(new MigratedContainer());
        }
        migration.getStatus().setContainers(list);
        ByteCounts bytes = new ByteCounts();
        bytes.setMemory(mebibytes << 20);
        migration.getStatus().setBytes(bytes);
        Freeze freeze = new Freeze();
        freeze.setMilliseconds(milliseconds);
        migration.getStatus().setFreeze(freeze);
        return between("node-a", "node-b", migration);
    }

    public static PodMigration between(String source, String target, PodMigration migration) {
        migration.getStatus().setSource(on(source));
        migration.getStatus().setTarget(on(target));
        return migration;
    }

    private static PodPlace on(String node) {
        PodPlace place = new PodPlace();
        place.setNodeName(node);
        return place;
    }
}
