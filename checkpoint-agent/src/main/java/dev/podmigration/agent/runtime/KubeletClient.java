package dev.podmigration.agent.runtime;

import com.fasterxml.jackson.databind.JsonNode;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLContext;

/** The kubelet over its own port, with the agent's service account. */
public final class KubeletClient implements Kubelet, AutoCloseable {

    /** For the way there and back, on top of what the kubelet itself may take. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final URI kubelet;
    private final Path tokenFile;
    private final HttpClient client;

    /**
     * Connects with the first call.
     *
     * @param kubelet for example {@code https://10.0.0.7:10250}
     * @param tokenFile the service account's token; read for every call because it rotates
     */
    public KubeletClient(URI kubelet, Path tokenFile, SSLContext trust) {
        this.kubelet = kubelet;
        this.tokenFile = tokenFile;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(5))
                        .sslContext(trust)
                        .build();
    }

    @Override
    public KubeletAnswer checkpoint(String namespace, String pod, String container, Duration limit)
            throws IOException, InterruptedException {
        String path =
                "/checkpoint/"
                        + encode(namespace)
                        + "/"
                        + encode(pod)
                        + "/"
                        + encode(container)
                        + "?timeout="
                        + limit.toSeconds();
        HttpRequest request =
                HttpRequest.newBuilder(kubelet.resolve(path))
                        .timeout(limit.plus(MARGIN))
                        .header("Authorization", "Bearer " + Files.readString(tokenFile).strip())
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() == 200) {
            return new KubeletAnswer.Archived(archives(response.body()));
        }
        return new KubeletAnswer.Failed(failure(response.statusCode(), response.body().strip()));
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }

    private static List<String> archives(String body) throws IOException {
        List<String> archives = new ArrayList<>();
        for (JsonNode item : OciConfiguration.parseJson(body).path("items")) {
            archives.add(item.asText());
        }
        return archives;
    }

    private static AgentFailure failure(int status, String body) {
        String message = "the kubelet refused the checkpoint (" + status + "): " + body;
        return switch (status) {
            case 401 ->
                    new AgentFailure(
                            FailureReason.CheckpointNotSupported,
                            message,
                            "Let the kubelet accept service account tokens"
                                    + " (authentication.webhook.enabled: true).",
                            List.of());
            case 403 ->
                    new AgentFailure(
                            FailureReason.CheckpointNotSupported,
                            message,
                            "Allow the agent's service account to create nodes/checkpoint; the Helm"
                                    + " chart does.",
                            List.of());
            case 404 ->
                    // "pod does not exist" and "container x does not exist" are the kubelet's own
                    // words.
                    body.contains("does not exist")
                            ? new AgentFailure(FailureReason.PodNotFound, message)
                            : new AgentFailure(FailureReason.CheckpointNotSupported, message);
            default ->
                    body.contains("support not available") || body.contains("not implemented")
                            ? new AgentFailure(FailureReason.CheckpointNotSupported, message)
                            : new AgentFailure(FailureReason.CheckpointFailed, message);
        };
    }

    private static String encode(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }
}
