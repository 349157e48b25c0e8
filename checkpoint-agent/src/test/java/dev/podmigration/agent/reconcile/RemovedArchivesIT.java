package dev.podmigration.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.podmigration.agent.archive.Archive;
import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Clock;
import java.time.Instant;
import java.util.List;

/** Who wanted an archive learns that it is gone. */
@ExtendWith(ApiServerExtension.class)
class RemovedArchivesIT {

    private static final String OLD = "/var/lib/kubelet/checkpoints/checkpoint-a.tar";
    private static final String OTHER = "/var/lib/kubelet/checkpoints/checkpoint-b.tar";

    private final KubernetesClient client;
    private final String namespace;
    private final RemovedArchives news;
    private PodCheckpoint checkpoint;

    RemovedArchivesIT(ApiServer server) {
        client = server.client();
        namespace = server.newNamespace("archives");
        news = new RemovedArchives(client, Clock.systemUTC());
    }

    @BeforeEach
    void takeTheArchives() {
        PodCheckpoint made = new PodCheckpoint();
        made.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName("keep").build());
        made.getSpec().setNodeName("node-a");
        made.getSpec().setPodName("app");
        made.getSpec().setGoal(CheckpointGoal.Archive);
        checkpoint = client.resource(made).create();
        checkpoint.getStatus().setPhase(PodCheckpointPhase.Archived);
        checkpoint.getStatus().setArchives(List.of(OLD, OTHER));
        checkpoint = client.resource(checkpoint).updateStatus();
    }

    @Test
    void the_status_names_it_no_longer_and_an_event_says_why() {
        news.removed(archive(checkpoint.getMetadata().getUid()), "it was older than 168 h");

        PodCheckpoint told = client.resource(checkpoint).get();
        assertThat(told.getStatus().getArchives()).containsExactly(OTHER);
        assertThat(told.getStatus().getPhase()).isEqualTo(PodCheckpointPhase.Archived);
        assertThat(events())
                .singleElement()
                .satisfies(
                        event -> {
                            assertThat(event.getReason()).isEqualTo("ArchiveRemoved");
                            assertThat(event.getMessage()).contains(OLD, "it was older than 168 h");
                            assertThat(event.getInvolvedObject().getUid())
                                    .isEqualTo(checkpoint.getMetadata().getUid());
                        });
    }

    @Test
    void another_object_of_that_name_hears_nothing() {
        news.removed(archive("an-older-uid"), "it was older than 168 h");

        assertThat(client.resource(checkpoint).get().getStatus().getArchives()).hasSize(2);
        assertThat(events()).isEmpty();
    }

    @Test
    void one_that_is_gone_needs_no_news() {
        client.resource(checkpoint).delete();

        assertThatCode(
                        () ->
                                news.removed(
                                        archive(checkpoint.getMetadata().getUid()),
                                        "it was older than 168 h"))
                .doesNotThrowAnyException();
        assertThat(events()).isEmpty();
    }

    private List<Event> events() {
        return client.v1().events().inNamespace(namespace).list().getItems();
    }

    private Archive archive(String uid) {
        return new Archive(new ObjectKey(namespace, "keep", uid), OLD, Instant.now(), 1);
    }
}
