package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.archive.Archive;
import dev.podmigration.agent.janitor.Janitor;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.temporal.ChronoUnit;

/**
 * Tells the PodCheckpoint that wanted an archive, if it is still there: its status names the
 * archive no longer, and an event says why. What cannot be told is logged: the archive is gone.
 */
public final class RemovedArchives implements Janitor.ArchiveNews {

    private static final Logger LOG = LoggerFactory.getLogger(RemovedArchives.class);
    private static final String COMPONENT = "podmigration-agent";
    private static final String REASON = "ArchiveRemoved";

    private final KubernetesClient client;
    private final Clock clock;
    private final StatusWriter<PodCheckpoint, PodCheckpointStatus> statuses;

    public RemovedArchives(KubernetesClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
        this.statuses = new StatusWriter<>(client, PodCheckpoint.class, _ -> {});
    }

    @Override
    public void removed(Archive archive, String why) {
        try {
            PodCheckpoint checkpoint =
                    client.resources(PodCheckpoint.class)
                            .inNamespace(archive.checkpoint().namespace())
                            .withName(archive.checkpoint().name())
                            .get();
            if (checkpoint == null
                    || !checkpoint.getMetadata().getUid().equals(archive.checkpoint().uid())) {
                return;
            }
            statuses.update(
                    checkpoint,
                    status ->
                            status.setArchives(
                                    status.getArchives().stream()
                                            .filter(file -> !file.equals(archive.file()))
                                            .toList()));
            tell(checkpoint, "Archive %s was removed: %s".formatted(archive.file(), why));
        } catch (KubernetesClientException e) {
            LOG.warn("{} is not told that {} was removed", archive.checkpoint(), archive.file(), e);
        }
    }

    private void tell(PodCheckpoint checkpoint, String message) {
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        client.resource(
                        new EventBuilder()
                                .withNewMetadata()
                                .withGenerateName("podmigration-archive-")
                                .withNamespace(checkpoint.getMetadata().getNamespace())
                                .endMetadata()
                                .withNewInvolvedObject()
                                .withApiVersion(checkpoint.getApiVersion())
                                .withKind(checkpoint.getKind())
                                .withNamespace(checkpoint.getMetadata().getNamespace())
                                .withName(checkpoint.getMetadata().getName())
                                .withUid(checkpoint.getMetadata().getUid())
                                .endInvolvedObject()
                                .withType("Normal")
                                .withReason(REASON)
                                .withMessage(message)
                                .withNewSource()
                                .withComponent(COMPONENT)
                                .endSource()
                                .withReportingComponent(COMPONENT)
                                .withFirstTimestamp(now)
                                .withLastTimestamp(now)
                                .withCount(1)
                                .build())
                .create();
    }
}
