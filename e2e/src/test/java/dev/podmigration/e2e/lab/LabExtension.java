package dev.podmigration.e2e.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** Connects a test with the lab, see {@link OnLab}. */
final class LabExtension
        implements ExecutionCondition,
                BeforeEachCallback,
                AfterTestExecutionCallback,
                AfterEachCallback,
                ParameterResolver {
    private static final ExtensionContext.Namespace STORE =
            ExtensionContext.Namespace.create(LabExtension.class);

    /** Kubelet and CRI-O clear away the last things of a pod after it has gone from the API. */
    private static final Duration CLEARING_LIMIT = Duration.ofMinutes(1);

    private static final AtomicInteger COUNT = new AtomicInteger();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String missing =
                context.getRoot()
                        .getStore(STORE)
                        .computeIfAbsent("missing", key -> Lab.whatIsMissing(), String.class);
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("the lab runs");
        }
        String reason = "the lab does not run (lab/lab up): " + missing;
        if (Boolean.getBoolean("lab.required")) {
            throw new IllegalStateException(reason);
        }
        return ConditionEvaluationResult.disabled(reason);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Lab lab = installation(context).lab();
        Playground playground = Playground.create(lab, "e2e-" + COUNT.incrementAndGet());
        ExtensionContext.Store store = context.getStore(STORE);
        store.put("nodes", new Before(NodeInventory.ofAll(lab)));
        store.put("playground", playground);
        System.out.printf("--- %s, in %s%n", context.getDisplayName(), playground.namespace());
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        Playground playground = context.getStore(STORE).get("playground", Playground.class);
        if (playground != null && context.getExecutionException().isPresent()) {
            System.out.println(new Diagnosis(playground).text());
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Playground playground = context.getStore(STORE).get("playground", Playground.class);
        if (playground == null) {
            return;
        }
        playground.remove();
        if (context.getExecutionException().isEmpty() && !installation(context).isRemoved()) {
            Before before =
                    Objects.requireNonNull(context.getStore(STORE).get("nodes", Before.class));
            await("nodes as they were before the test")
                    .atMost(CLEARING_LIMIT)
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertThat(before.changes(playground.lab())).isEmpty());
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Playground.class || type == Moves.class || type == Installation.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == Installation.class) {
            return installation(context);
        }
        Playground playground =
                Objects.requireNonNull(context.getStore(STORE).get("playground", Playground.class));
        return type == Moves.class ? new Moves(playground) : playground;
    }

    private static Installation installation(ExtensionContext context) {
        ExtensionContext.Store store = context.getRoot().getStore(STORE);
        if (store.get("failed") != null) {
            throw new IllegalStateException("the installation has failed before");
        }
        try {
            return store.computeIfAbsent(
                    "installation", key -> Installation.make(), Installation.class);
        } catch (RuntimeException e) {
            // Once is enough: it takes minutes, and the next test would fail in the same way.
            store.put("failed", true);
            throw e;
        }
    }

    private record Before(List<NodeInventory> nodes) {
        List<String> changes(Lab lab) {
            return nodes.stream()
                    .flatMap(node -> NodeInventory.of(lab, node.node()).changesSince(node).stream())
                    .toList();
        }
    }
}
