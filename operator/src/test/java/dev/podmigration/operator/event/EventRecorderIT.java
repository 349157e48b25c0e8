package dev.podmigration.operator.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Clock;
import java.util.List;

/** What the API server takes. */
@ExtendWith(ApiServerExtension.class)
class EventRecorderIT {

    @Test
    void eventsAboutObjectsWithTheLongestNamesAreTaken(ApiServer server) {
        KubernetesClient client = server.client();
        String namespace = server.newNamespace("events");
        EventRecorder recorder = new EventRecorder(client, Clock.systemUTC());
        for (String name :
                List.of("a".repeat(253), "a".repeat(235) + "." + "b".repeat(17), "short")) {
            ConfigMap object =
                    client.resource(
                                    new ConfigMapBuilder()
                                            .withNewMetadata()
                                            .withName(name)
                                            .withNamespace(namespace)
                                            .endMetadata()
                                            .build())
                            .create();

            recorder.warning(object, "Reason", "message ".repeat(200));
            recorder.warning(object, "Reason", "message ".repeat(200));

            assertThat(client.v1().events().inNamespace(namespace).list().getItems())
                    .filteredOn(event -> name.equals(event.getInvolvedObject().getName()))
                    .singleElement()
                    .extracting(Event::getCount)
                    .isEqualTo(2);
        }
    }
}
