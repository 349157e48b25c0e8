package dev.podmigration.operator.fakes;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBindingBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;

import java.time.Duration;

/**
 * An administrator's policy that refuses one kind of change to the operator, until it is closed.
 */
public final class Refusal implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KubernetesClient client;
    private final Config operator;
    private final String namespace;
    private final ValidatingAdmissionPolicy policy;
    private final ValidatingAdmissionPolicyBinding binding;

    Refusal(
            KubernetesClient client,
            Config operator,
            String namespace,
            String operation,
            String group,
            String resource) {
        this.client = client;
        this.operator = operator;
        this.namespace = namespace;
        String name = namespace + "-" + operation.toLowerCase(java.util.Locale.ROOT);
        policy =
                new ValidatingAdmissionPolicyBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withNewMatchConstraints()
                        .withNewNamespaceSelector()
                        .addToMatchLabels("kubernetes.io/metadata.name", namespace)
                        .endNamespaceSelector()
                        .addNewResourceRule()
                        .withApiGroups(group)
                        .withApiVersions("*")
                        .withOperations(operation)
                        .withResources(resource)
                        .endResourceRule()
                        // Tells when the API server has learned of the policy.
                        .addNewResourceRule()
                        .withApiGroups("")
                        .withApiVersions("v1")
                        .withOperations("CREATE")
                        .withResources("configmaps")
                        .endResourceRule()
                        .endMatchConstraints()
                        .addNewMatchCondition()
                        .withName("by-the-operator")
                        .withExpression(
                                "request.userInfo.username == '"
                                        + operator.getImpersonateUsername()
                                        + "'")
                        .endMatchCondition()
                        .addNewValidation()
                        .withExpression("false")
                        .withMessage("nobody changes anything here today")
                        .endValidation()
                        .endSpec()
                        .build();
        binding =
                new ValidatingAdmissionPolicyBindingBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withPolicyName(name)
                        .withValidationActions("Deny")
                        .endSpec()
                        .build();
        client.resource(policy).create();
        client.resource(binding).create();
        await().atMost(PATIENCE).until(this::isInForce);
    }

    private boolean isInForce() {
        try (KubernetesClient asOperator =
                new KubernetesClientBuilder().withConfig(operator).build()) {
            asOperator
                    .resource(
                            new ConfigMapBuilder()
                                    .withNewMetadata()
                                    .withGenerateName("probe-")
                                    .withNamespace(namespace)
                                    .endMetadata()
                                    .build())
                    .dryRun()
                    .create();
            return false;
        } catch (KubernetesClientException e) {
            return e.getMessage().contains("nobody changes anything here today");
        }
    }

    @Override
    public void close() {
        client.resource(binding).delete();
        client.resource(policy).delete();
        await().atMost(PATIENCE).until(() -> !isInForce());
    }
}
