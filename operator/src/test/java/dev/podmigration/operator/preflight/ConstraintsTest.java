package dev.podmigration.operator.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;

class ConstraintsTest {

    private static final Node NODE =
            new NodeBuilder()
                    .withNewMetadata()
                    .withName("node-b")
                    .withLabels(Map.of("disk", "ssd", "size", "7"))
                    .endMetadata()
                    .withNewSpec()
                    .endSpec()
                    .build();

    @Test
    void aPodThatWantsNothingGoesAnywhere() {
        assertThat(Constraints.violated(pod().build(), NODE)).isEmpty();
    }

    @Test
    void everyLabelOfTheSelectorIsNeeded() {
        Pod pod = pod().editSpec().addToNodeSelector("disk", "ssd").endSpec().build();
        assertThat(Constraints.violated(pod, NODE)).isEmpty();
        pod.getSpec().getNodeSelector().put("zone", "a");
        assertThat(Constraints.violated(pod, NODE))
                .hasValueSatisfying(message -> assertThat(message).contains("nodeSelector"));
    }

    @ParameterizedTest
    @CsvSource({
        "disk,In,ssd,true",
        "disk,In,hdd,false",
        "zone,In,a,false",
        "disk,NotIn,hdd,true",
        "disk,NotIn,ssd,false",
        "zone,NotIn,a,true",
        "disk,Exists,,true",
        "zone,Exists,,false",
        "disk,DoesNotExist,,false",
        "zone,DoesNotExist,,true",
        "size,Gt,6,true",
        "size,Gt,7,false",
        "size,Lt,8,true",
        "disk,Lt,8,false",
        "disk,Unheard,ssd,false",
    })
    void affinityIsReadAsTheSchedulerReadsIt(
            String key, String operator, String value, boolean chosen) {
        assertThat(
                        Constraints.violated(
                                affine(key, operator, value == null ? List.of() : List.of(value)),
                                NODE))
                .matches(found -> found.isEmpty() == chosen);
    }

    @Test
    void oneTermOfSeveralIsEnough() {
        Pod pod =
                new PodBuilder(affine("disk", "In", List.of("hdd")))
                        .editSpec()
                        .editAffinity()
                        .editNodeAffinity()
                        .editRequiredDuringSchedulingIgnoredDuringExecution()
                        .addNewNodeSelectorTerm()
                        .addNewMatchExpression()
                        .withKey("disk")
                        .withOperator("Exists")
                        .endMatchExpression()
                        .endNodeSelectorTerm()
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endNodeAffinity()
                        .endAffinity()
                        .endSpec()
                        .build();
        assertThat(Constraints.violated(pod, NODE)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "special,NoSchedule,Equal,yes,NoSchedule,true",
        "special,NoSchedule,Equal,no,NoSchedule,false",
        "special,NoSchedule,Exists,,,true",
        ",NoSchedule,Exists,,,true",
        "special,NoExecute,Equal,yes,NoSchedule,false",
        "other,NoSchedule,Exists,,,false",
        "other,PreferNoSchedule,Exists,,,true",
    })
    void aTaintNeedsAToleration(
            String key,
            String taintEffect,
            String operator,
            String value,
            String effect,
            boolean chosen) {
        Node node =
                new NodeBuilder(NODE)
                        .editSpec()
                        .addNewTaint(taintEffect, "special", null, "yes")
                        .endSpec()
                        .build();
        Pod pod =
                pod().editSpec()
                        .addNewToleration()
                        .withKey(key)
                        .withOperator(operator)
                        .withValue(value)
                        .withEffect(effect)
                        .endToleration()
                        .endSpec()
                        .build();
        assertThat(Constraints.violated(pod, node)).matches(found -> found.isEmpty() == chosen);
    }

    @Test
    void whatANodesConditionsSayIsJudgedElsewhere() {
        Node node =
                new NodeBuilder(NODE)
                        .editSpec()
                        .addNewTaint("NoSchedule", "node.kubernetes.io/not-ready", null, null)
                        .endSpec()
                        .build();
        assertThat(Constraints.violated(pod().build(), node)).isEmpty();
    }

    private static PodBuilder pod() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("app")
                .endMetadata()
                .withNewSpec()
                .endSpec();
    }

    private static Pod affine(String key, String operator, List<String> values) {
        return pod().editSpec()
                .withNewAffinity()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .addNewNodeSelectorTerm()
                .addNewMatchExpression()
                .withKey(key)
                .withOperator(operator)
                .withValues(values)
                .endMatchExpression()
                .endNodeSelectorTerm()
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity()
                .endSpec()
                .build();
    }
}
