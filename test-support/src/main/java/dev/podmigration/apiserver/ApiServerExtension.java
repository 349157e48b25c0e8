package dev.podmigration.apiserver;

import io.fabric8.kubernetes.client.KubernetesClient;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a real API server: {@code @ExtendWith(ApiServerExtension.class)}, and a parameter of
 * type {@link ApiServer} or {@link KubernetesClient} in a constructor or method.
 *
 * <p>One server serves all tests of a JVM and ends with it. Its programs are those named by {@code
 * PODMIGRATION_KUBE_APISERVER} and {@code PODMIGRATION_ETCD} (system property or environment), else
 * those of {@code lab/lab bin}. With {@code -Dpodmigration.it.server=k3s} it is a k3s container.
 * Where neither programs nor Docker can be had, the tests are skipped and the reason is reported.
 */
public final class ApiServerExtension implements ExecutionCondition, ParameterResolver {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return switch (SharedApiServer.find()) {
            case SharedApiServer.Running running ->
                    ConditionEvaluationResult.enabled("API server runs");
            case SharedApiServer.Unavailable unavailable ->
                    ConditionEvaluationResult.disabled("no API server: " + unavailable.reason());
            case SharedApiServer.Failed failed -> throw new IllegalStateException(failed.reason());
        };
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        var type = parameter.getParameter().getType();
        return type == ApiServer.class || type == KubernetesClient.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return switch (SharedApiServer.find()) {
            case SharedApiServer.Running running ->
                    parameter.getParameter().getType() == ApiServer.class
                            ? running.server()
                            : running.server().client();
            case SharedApiServer.Unavailable unavailable ->
                    throw new IllegalStateException(unavailable.reason());
            case SharedApiServer.Failed failed -> throw new IllegalStateException(failed.reason());
        };
    }
}
