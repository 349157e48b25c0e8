package dev.podmigration.e2e.lab;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The operator, to take it away for a while. */
public final class Operator {
    private static final String SYSTEM = "podmigration-system";
    private static final String NAME = "podmigration-operator";

    private final Lab lab;
    private String node;

    public Operator(Lab lab) {
        this.lab = lab;
        this.node = Lab.NODES.getFirst();
    }

    /** Ends it at once and starts no other. */
    public void away() {
        node =
                lab.client()
                        .pods()
                        .inNamespace(SYSTEM)
                        .withLabel("app.kubernetes.io/component", "operator")
                        .list()
                        .getItems()
                        .getFirst()
                        .getSpec()
                        .getNodeName();
        deployment().scale(0);
        lab.run(
                        "kubectl",
                        "-n",
                        SYSTEM,
                        "delete",
                        "pods",
                        "-l",
                        "app.kubernetes.io/component=operator",
                        "--grace-period=0",
                        "--force",
                        "--wait=false")
                .orFail();
        await("the end of the operator")
                .atMost(Duration.ofMinutes(1))
                .until(
                        () ->
                                lab.client()
                                        .pods()
                                        .inNamespace(SYSTEM)
                                        .withLabel("app.kubernetes.io/component", "operator")
                                        .list()
                                        .getItems()
                                        .isEmpty());
    }

    /** On the node where it was. */
    public void back() {
        List<String> others = Lab.NODES.stream().filter(other -> !other.equals(node)).toList();
        others.forEach(other -> lab.run("kubectl", "cordon", other).orFail());
        try {
            deployment().scale(1);
            deployment().waitUntilReady(120, TimeUnit.SECONDS);
        } finally {
            others.forEach(other -> lab.run("kubectl", "uncordon", other).orFail());
        }
    }

    private RollableScalableResource<Deployment> deployment() {
        return lab.client().apps().deployments().inNamespace(SYSTEM).withName(NAME);
    }
}
