package dev.podmigration.operator.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;

class WithheldLabelsTest {

    private static final Pod POD =
            new PodBuilder()
                    .withNewMetadata()
                    .addToLabels("app", "web")
                    .addToLabels("tier", "front")
                    .addToLabels("pod-template-hash", "5d4f8")
                    .endMetadata()
                    .build();

    @Test
    void aBarePodHasAllLabelsFromTheFirst() {
        assertThat(WithheldLabels.of(POD, Optional.empty(), List.of(service(false)))).isEmpty();
    }

    @Test
    void ofADeploymentOnlyItsOwnLabelIsWithheldSoThatNetworkPoliciesHold() {
        LabelSelector selector =
                new LabelSelectorBuilder()
                        .addToMatchLabels("app", "web")
                        .addToMatchLabels("pod-template-hash", "5d4f8")
                        .build();

        assertThat(WithheldLabels.of(POD, Optional.of(selector), List.of()))
                .isEqualTo(Map.of("pod-template-hash", "5d4f8"));
    }

    @Test
    void ofAPlainReplicaSetEverythingThatItAsksForIsWithheld() {
        LabelSelector selector =
                new LabelSelectorBuilder()
                        .addToMatchLabels("app", "web")
                        .addNewMatchExpression()
                        .withKey("tier")
                        .withOperator("In")
                        .withValues("front", "back")
                        .endMatchExpression()
                        .addNewMatchExpression()
                        .withKey("stage")
                        .withOperator("DoesNotExist")
                        .endMatchExpression()
                        .build();

        assertThat(WithheldLabels.of(POD, Optional.of(selector), List.of()))
                .isEqualTo(Map.of("app", "web", "tier", "front"));
    }

    @Test
    void aServiceThatPublishesPodsThatAreNotReadyMustNotSeeTheTarget() {
        assertThat(WithheldLabels.of(POD, Optional.empty(), List.of(service(true))))
                .isEqualTo(Map.of("tier", "front"));
    }

    private static Service service(boolean publishNotReady) {
        return new ServiceBuilder()
                .withNewSpec()
                .withPublishNotReadyAddresses(publishNotReady)
                .addToSelector("tier", "front")
                .endSpec()
                .build();
    }
}
