package dev.podmigration.e2e.lab;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The operator, to take it away for a while. */
public final class Operator {
    private static final String SYSTEM = "podmigration-system";
    private static final String NAME = "podmigration-operator";

    private final Lab lab;

    public Operator(Lab lab) {
        this.lab = lab;
    }

    /** Ends it at once and starts no other. */
    public void away() {
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

    public void back() {
        deployment().scale(1);
        deployment().waitUntilReady(120, TimeUnit.SECONDS);
    }

    private RollableScalableResource<Deployment> deployment() {
        return lab.client().apps().deployments().inNamespace(SYSTEM).withName(NAME);
    }
}
