package dev.podmigration.e2e.lab;

import static org.awaitility.Awaitility.await;

import dev.podmigration.e2e.workload.WorkloadJar;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;

import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A namespace for one test, with the workload programs in it. */
public final class Playground {
    static final String WORKLOAD = "workload";
    static final String WORKLOAD_JAR = "workload.jar";

    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private final Lab lab;
    private final String namespace;

    private Playground(Lab lab, String namespace) {
        this.lab = lab;
        this.namespace = namespace;
    }

    public static Playground create(Lab lab, String namespace) {
        KubernetesClient client = lab.client();
        client.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(namespace)
                                .endMetadata()
                                .build())
                .create();
        client.resource(
                        new ConfigMapBuilder()
                                .withNewMetadata()
                                .withNamespace(namespace)
                                .withName(WORKLOAD)
                                .endMetadata()
                                .addToBinaryData(
                                        WORKLOAD_JAR,
                                        Base64.getEncoder().encodeToString(WorkloadJar.bytes()))
                                .build())
                .create();
        await("the default account of " + namespace)
                .atMost(START_LIMIT)
                .until(
                        () ->
                                client.serviceAccounts()
                                                .inNamespace(namespace)
                                                .withName("default")
                                                .get()
                                        != null);
        return new Playground(lab, namespace);
    }

    public Lab lab() {
        return lab;
    }

    public KubernetesClient client() {
        return lab.client();
    }

    public String namespace() {
        return namespace;
    }

    /** Creates a pod and waits until it is ready. */
    public Pod start(Pod pod) {
        client().resource(pod).inNamespace(namespace).create();
        return awaitReady(pod.getMetadata().getName());
    }

    public Pod awaitReady(String name) {
        return client().pods()
                .inNamespace(namespace)
                .withName(name)
                .waitUntilCondition(
                        pod -> pod != null && Readiness.isPodReady(pod),
                        START_LIMIT.toSeconds(),
                        TimeUnit.SECONDS);
    }

    public Pod pod(String name) {
        Pod pod = client().pods().inNamespace(namespace).withName(name).get();
        if (pod == null) {
            throw new IllegalStateException("no pod " + name + " in " + namespace);
        }
        return pod;
    }

    /** A pod with this label {@code component} that is not being deleted. */
    public Pod component(String name) {
        return client()
                .pods()
                .inNamespace(namespace)
                .withLabel("component", name)
                .list()
                .getItems()
                .stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .findFirst()
                .orElseThrow();
    }

    public void awaitGone(String pod) {
        client().pods()
                .inNamespace(namespace)
                .withName(pod)
                .waitUntilCondition(
                        found -> found == null, START_LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** {@code kubectl --namespace THIS ARGUMENTS}. */
    public CommandOutcome kubectl(String... arguments) {
        return lab.run(kubectlWords(arguments));
    }

    private String[] kubectlWords(String... arguments) {
        return Stream.concat(Stream.of("kubectl", "--namespace", namespace), Stream.of(arguments))
                .toArray(String[]::new);
    }

    /** Output of a command in a pod's first container; fails unless it succeeds. */
    public String exec(String pod, String... command) {
        String[] all = new String[command.length + 3];
        all[0] = "exec";
        all[1] = pod;
        all[2] = "--";
        System.arraycopy(command, 0, all, 3, command.length);
        return kubectl(all).orFail();
    }

    /** A kubectl in this namespace that stays until it is closed. */
    public KubectlSession session(String... arguments) throws IOException {
        return new KubectlSession(lab.command(kubectlWords(arguments)));
    }

    /** Number, on its node, of the first process of a pod's first container. */
    public String process(String pod) {
        Pod found = pod(pod);
        String id = found.getStatus().getContainerStatuses().getFirst().getContainerID();
        return lab.onNode(
                        found.getSpec().getNodeName(),
                        "crun --root /run/crun state \"$1\" | sed -n 's/.*\"pid\":"
                                + " *\\([0-9]*\\).*/\\1/p'",
                        id.substring("cri-o://".length()))
                .strip();
    }

    /** Deletes the namespace and waits until it is gone. */
    public void remove() {
        client().namespaces().withName(namespace).delete();
        client().namespaces()
                .withName(namespace)
                .waitUntilCondition(found -> found == null, 120, TimeUnit.SECONDS);
    }
}
