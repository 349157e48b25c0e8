package dev.podmigration.operator.event;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.temporal.ChronoUnit;

/**
 * Writes events. The name of an event follows from what it says, so that saying it again raises its
 * count. An event that cannot be written is logged: it must not stop a migration.
 */
public final class EventRecorder {

    private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);

    private static final String COMPONENT = "podmigration-operator";

    /** The API server takes no longer message. */
    private static final int LONGEST_MESSAGE = 1024;

    private final KubernetesClient client;
    private final Clock clock;

    public EventRecorder(KubernetesClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    public void normal(HasMetadata about, String reason, String message) {
        record(about, "Normal", reason, message);
    }

    public void warning(HasMetadata about, String reason, String message) {
        record(about, "Warning", reason, message);
    }

    private void record(HasMetadata about, String type, String reason, String message) {
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        String namespace = about.getMetadata().getNamespace();
        String text =
                message.length() <= LONGEST_MESSAGE
                        ? message
                        : message.substring(0, LONGEST_MESSAGE - 1) + "…";
        String name = EventName.of(about, type + reason + text);
        try {
            Event known = client.v1().events().inNamespace(namespace).withName(name).get();
            if (known == null) {
                client.resource(event(about, type, reason, text, name, now)).create();
            } else {
                client.resource(known)
                        .edit(
                                event ->
                                        new EventBuilder(event)
                                                .withCount(
                                                        event.getCount() == null
                                                                ? 1
                                                                : event.getCount() + 1)
                                                .withLastTimestamp(now)
                                                .build());
            }
        } catch (KubernetesClientException e) {
            LOG.warn("No event {} about {}: {}", reason, name, e.getMessage());
        }
    }

    private static Event event(
            HasMetadata about,
            String type,
            String reason,
            String message,
            String name,
            String now) {
        return new EventBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(about.getMetadata().getNamespace())
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withNamespace(about.getMetadata().getNamespace())
                .withName(about.getMetadata().getName())
                .withUid(about.getMetadata().getUid())
                .endInvolvedObject()
                .withType(type)
                .withReason(reason)
                .withMessage(message)
                .withNewSource()
                .withComponent(COMPONENT)
                .endSource()
                .withReportingComponent(COMPONENT)
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .build();
    }
}
