package dev.podmigration.e2e.fault;

import static org.awaitility.Awaitility.await;

import dev.podmigration.e2e.lab.Lab;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The operator, or the agent of a node, of an installation that was made with {@code --faults}. */
public final class FaultyProgram {
    private static final String SYSTEM = "podmigration-system";
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(LIMIT).build();

    private final String name;
    private final Lab lab;
    private final String component;
    private final String node;

    /** Where it was last; a restarted one may be elsewhere. */
    private @Nullable URI known;

    private FaultyProgram(String name, Lab lab, String component, String node) {
        this.name = name;
        this.lab = lab;
        this.component = component;
        this.node = node;
    }

    public static FaultyProgram agent(Lab lab, String name, String node) {
        return new FaultyProgram(name, lab, "agent", node);
    }

    static FaultyProgram operator(Lab lab) {
        return new FaultyProgram("operator", lab, "operator", "");
    }

    String name() {
        return name;
    }

    /** The process will end there, as by SIGKILL. */
    public void halt(String point) {
        request("PUT", "halt " + point);
    }

    /** The thread will stand still there. */
    void hold(String point) {
        request("PUT", "hold " + point);
    }

    /** What a check refuses there is done all the same, until {@link #clear}. */
    void ignore(String point) {
        request("PUT", "ignore " + point);
    }

    /** What is sent there next is not what was meant. */
    void flip(String point) {
        request("PUT", "flip " + point);
    }

    /** Its clock is ahead by so much from now on; a program that is gone has the right time. */
    void setClock(Duration ahead) {
        orGone(() -> request("PUT", "clock " + ahead));
    }

    /**
     * Lets go of what is held and forgets the rest; a program that is gone, or is another process
     * by now, has nothing to forget. Does not ask the API server, which may be away.
     */
    public void clear() {
        orGone(() -> request(known == null ? address() : known, "DELETE", ""));
    }

    private void orGone(Runnable order) {
        try {
            order.run();
        } catch (IllegalStateException gone) {
            System.err.println(name + ": " + gone.getMessage());
        }
    }

    /** Each as often as it was passed, in their order. */
    List<String> passed() {
        return lines("passed ");
    }

    boolean holds(String point) {
        return lines("held ").contains(point);
    }

    /** How often its container was started again. */
    public int restarts() {
        return pod().map(pod -> pod.getStatus().getContainerStatuses().getFirst().getRestartCount())
                .orElse(-1);
    }

    public void awaitReady() {
        await(name + " is ready")
                .atMost(Duration.ofMinutes(2))
                .until(() -> pod().filter(Readiness::isPodReady).isPresent());
    }

    private List<String> lines(String prefix) {
        return request("GET", "")
                .lines()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .toList();
    }

    private Optional<Pod> pod() {
        return lab
                .client()
                .pods()
                .inNamespace(SYSTEM)
                .withLabel("app.kubernetes.io/component", component)
                .list()
                .getItems()
                .stream()
                .filter(pod -> node.isEmpty() || node.equals(pod.getSpec().getNodeName()))
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .findFirst();
    }

    private URI address() {
        Pod pod = pod().orElseThrow(() -> new IllegalStateException(name + " has no pod"));
        int port =
                pod.getSpec().getContainers().getFirst().getPorts().stream()
                        .filter(named -> "health".equals(named.getName()))
                        .map(ContainerPort::getContainerPort)
                        .findFirst()
                        .orElseThrow();
        known = URI.create("http://" + pod.getStatus().getPodIP() + ":" + port + "/faults");
        return known;
    }

    private String request(String method, String body) {
        return request(address(), method, body);
    }

    private String request(URI address, String method, String body) {
        HttpRequest request =
                HttpRequest.newBuilder(address)
                        .timeout(LIMIT)
                        .method(method, BodyPublishers.ofString(body))
                        .build();
        try {
            HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(
                        "%s answers %d: %s".formatted(name, answer.statusCode(), answer.body()));
            }
            return answer.body();
        } catch (IOException e) {
            known = null;
            throw new IllegalStateException(name + " does not answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
