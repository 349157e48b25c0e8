package dev.podmigration.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.GroupSelector;
import dev.podmigration.api.v1alpha1.MigrationGroup;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodReference;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The right to create PodMigrations alone moves no pod. */
@ExtendWith(ApiServerExtension.class)
class CreatorPolicyIT {

    private static final String POD = "app";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final PolicyRule MIGRATE =
            new PolicyRuleBuilder()
                    .withApiGroups("podmigration.dev")
                    .withResources("podmigrations")
                    .withVerbs("create", "patch")
                    .build();

    private final ApiServer server;
    private final String namespace;

    CreatorPolicyIT(ApiServer server) {
        this.server = server;
        namespace = server.newNamespace("creator-policy");
    }

    @BeforeEach
    void installTheChartsPolicy() {
        policies(Map.of()).forEach(policy -> server.client().resource(policy).serverSideApply());
        // The API server takes a moment to learn of a policy.
        grant("nobody", MIGRATE);
        await().atMost(PATIENCE).until(() -> refusal("nobody", POD) != null);
    }

    @Test
    void whoMayDeleteAndCreateThePodMayMoveIt() {
        grant("owner", MIGRATE, pods("delete"), pods("create"));

        assertAccepted("owner", POD);
    }

    @Test
    void whoMayNotDeleteThePodIsRefusedAndToldWhatIsMissing() {
        grant("reader", MIGRATE, pods("create"), pods("get"));

        assertRefused("reader", POD, "reader may not delete pod app in namespace " + namespace);
    }

    @Test
    void whoMayNotCreatePodsIsRefusedAndToldWhatIsMissing() {
        grant("remover", MIGRATE, pods("delete"));

        assertRefused("remover", POD, "remover may not create pods in namespace " + namespace);
    }

    @Test
    void itIsAskedForThisVeryPod() {
        grant("narrow", MIGRATE, pods("create"), pods("delete", POD));

        assertAccepted("narrow", POD);
        assertRefused("narrow", "other", "narrow may not delete pod other in namespace");
    }

    @Test
    void rightsInAnotherNamespaceDoNotCount() {
        grant("stranger", MIGRATE);
        new Users(server, server.newNamespace("elsewhere"))
                .grant("stranger", pods("delete"), pods("create"));

        assertRefused("stranger", POD, "stranger may not delete pod app in namespace");
    }

    @Test
    void aGroupTakesTheRightToDeleteAnyPod() {
        grant("owner", MIGRATE, pods("delete"), pods("create"));
        grant("narrow", MIGRATE, pods("create"), pods("delete", POD));

        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThatCode(() -> create("owner", group()))
                                        .doesNotThrowAnyException());
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(refusal("narrow", group()))
                                        .isNotNull()
                                        .contains("narrow may not delete every pod in namespace")
                                        .contains(FailureReason.NotPermitted.remedy()));
    }

    @Test
    void nobodyButTheOperatorMakesMembersOfGroups() {
        grant("owner", MIGRATE, pods("delete"), pods("create"));
        String operator = "system:serviceaccount:podmigration-system:podmigration-operator";
        grant(operator, MIGRATE, pods("delete"), pods("create"));

        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(refusal("owner", member()))
                                        .isNotNull()
                                        .contains("NotPermitted: spec.group is for the operator"));
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThatCode(() -> create(operator, member()))
                                        .doesNotThrowAnyException());
    }

    @Test
    void cancellingTakesNoMoreThanTheRightToChangeTheMigration() {
        grant("helper", MIGRATE);
        PodMigration migration = server.client().resource(migration(POD)).create();

        try (KubernetesClient client = server.clientOf("helper")) {
            await().atMost(PATIENCE)
                    .ignoreException(KubernetesClientException.class)
                    .until(
                            () ->
                                    client.resource(migration)
                                            .patch(
                                                    PatchContext.of(PatchType.JSON_MERGE),
                                                    "{\"spec\":{\"cancelled\":true}}")
                                            .getSpec()
                                            .isCancelled());
        }
    }

    @Test
    void theCheckCanBeSwitchedOff() {
        assertThat(policies(Map.of())).hasSize(2);
        assertThat(policies(Map.of("admission.checkCreator", "false"))).isEmpty();
    }

    private void assertAccepted(String user, String pod) {
        // The rights of a user are known a moment after they were given.
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThatCode(() -> create(user, pod)).doesNotThrowAnyException());
    }

    private void assertRefused(String user, String pod, String why) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(refusal(user, pod))
                                        .isNotNull()
                                        .contains("NotPermitted: " + why)
                                        .contains(FailureReason.NotPermitted.remedy()));
    }

    /** What the policy said; null if it did not object. */
    private @Nullable String refusal(String user, String pod) {
        return refusal(user, migration(pod));
    }

    private @Nullable String refusal(String user, PodMigration migration) {
        KubernetesClientException refused =
                catchThrowableOfType(
                        KubernetesClientException.class, () -> create(user, migration));
        return refused != null
                        && refused.getCode() == HttpURLConnection.HTTP_FORBIDDEN
                        && refused.getMessage()
                                .contains("ValidatingAdmissionPolicy 'podmigration-creator'")
                ? refused.getMessage()
                : null;
    }

    private void create(String user, String pod) {
        create(user, migration(pod));
    }

    private void create(String user, PodMigration migration) {
        try (KubernetesClient client = server.clientOf(user)) {
            client.resource(migration).dryRun().create();
        }
    }

    private PodMigration group() {
        GroupSelector selector = new GroupSelector();
        selector.setMatchLabels(Map.of("app", POD));
        PodMigration migration = migration(POD);
        migration.getSpec().setPod(null);
        migration.getSpec().setSelector(selector);
        return migration;
    }

    private PodMigration member() {
        MigrationGroup group = new MigrationGroup();
        group.setName("group");
        group.setMembers(List.of("member"));
        PodMigration migration = migration(POD);
        migration.getMetadata().setGenerateName(null);
        migration.getMetadata().setName("member");
        migration.getSpec().setGroup(group);
        return migration;
    }

    private PodMigration migration(String pod) {
        PodReference reference = new PodReference();
        reference.setName(pod);
        PodMigration migration = new PodMigration();
        migration.getMetadata().setGenerateName("move-");
        migration.getMetadata().setNamespace(namespace);
        migration.getSpec().setPod(reference);
        return migration;
    }

    private void grant(String user, PolicyRule... rules) {
        new Users(server, namespace).grant(user, rules);
    }

    private static PolicyRule pods(String verb, String... names) {
        return new PolicyRuleBuilder()
                .withApiGroups("")
                .withResources("pods")
                .withVerbs(verb)
                .withResourceNames(names)
                .build();
    }

    private static List<HasMetadata> policies(Map<String, String> values) {
        return Chart.ofThisProject().objects(values).stream()
                .filter(object -> object.getKind().startsWith("ValidatingAdmissionPolicy"))
                .filter(object -> object.getMetadata().getName().equals("podmigration-creator"))
                .toList();
    }
}
