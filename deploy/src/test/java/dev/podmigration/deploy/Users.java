package dev.podmigration.deploy;

import static org.awaitility.Awaitility.await;

import dev.podmigration.apiserver.ApiServer;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** People with some rights in one namespace, and what the API server says to them. */
record Users(ApiServer server, String namespace) {

    /** The API server takes a moment to learn of rights and policies. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    void grant(String user, PolicyRule... rules) {
        Stream<HasMetadata> objects =
                Stream.of(
                        new RoleBuilder()
                                .withNewMetadata()
                                .withName(user)
                                .withNamespace(namespace)
                                .endMetadata()
                                .withRules(rules)
                                .build(),
                        new RoleBindingBuilder()
                                .withNewMetadata()
                                .withName(user)
                                .withNamespace(namespace)
                                .endMetadata()
                                .withNewRoleRef("rbac.authorization.k8s.io", "Role", user)
                                .addNewSubject()
                                .withApiGroup("rbac.authorization.k8s.io")
                                .withKind("User")
                                .withName(user)
                                .endSubject()
                                .build());
        objects.forEach(object -> server.client().resource(object).serverSideApply());
    }

    static PolicyRule rule(String group, String resource, String... verbs) {
        return new PolicyRuleBuilder()
                .withApiGroups(group)
                .withResources(resource)
                .withVerbs(verbs)
                .build();
    }

    static PolicyRule onlyFor(String name, PolicyRule rule) {
        return new PolicyRuleBuilder(rule).withResourceNames(name).build();
    }

    /** Until it is allowed. */
    void assertAllowed(String user, Consumer<KubernetesClient> request) {
        await().atMost(PATIENCE).untilAsserted(() -> as(user, request));
    }

    /** What a policy said to this user; null if none objected. */
    @Nullable String refusal(String policy, String user, Consumer<KubernetesClient> request) {
        try {
            as(user, request);
            return null;
        } catch (KubernetesClientException e) {
            return String.valueOf(e.getMessage())
                            .contains("ValidatingAdmissionPolicy '" + policy + "'")
                    ? e.getMessage()
                    : null;
        }
    }

    private void as(String user, Consumer<KubernetesClient> request) {
        try (KubernetesClient client = server.clientOf(user)) {
            request.accept(client);
        }
    }
}
