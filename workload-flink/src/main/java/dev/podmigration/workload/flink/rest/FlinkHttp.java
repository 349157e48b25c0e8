package dev.podmigration.workload.flink.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One call: limits, and what a status or a broken connection means. */
final class FlinkHttp {

    /** A status of Flink itself, with its answer. */
    record Answer(int status, JsonNode body) {

        boolean successful() {
            return status / 100 == 2;
        }
    }

    private static final int SHOWN_CHARACTERS = 300;
    private static final ObjectMapper MAPPER =
            new ObjectMapper(
                    JsonFactory.builder()
                            .streamReadConstraints(
                                    StreamReadConstraints.builder().maxNestingDepth(100).build())
                            .build());

    private final HttpClient client;
    private final RestAddress address;
    private final RestLimits limits;

    FlinkHttp(HttpClient client, RestAddress address, RestLimits limits) {
        this.client = client;
        this.address = address;
        this.limits = limits;
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    Answer get(String path) throws FlinkFailure, InterruptedException {
        return send("GET", path, BodyPublishers.noBody());
    }

    Answer post(String path, ObjectNode body) throws FlinkFailure, InterruptedException {
        return send("POST", path, BodyPublishers.ofString(body.toString()));
    }

    /** An answer of Flink that says no. */
    FlinkFailure refused(FailureReason reason, String what, Answer answer) {
        return new FlinkFailure(
                reason, what + ": Flink answered " + answer.status() + ".", errors(answer.body()));
    }

    private Answer send(String method, String path, HttpRequest.BodyPublisher body)
            throws FlinkFailure, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(address.resolve(path))
                        .timeout(limits.answer())
                        .header("Accept", "application/json")
                        .header("Content-Type", "application/json")
                        .method(method, body)
                        .build();
        HttpResponse<byte[]> response = exchange(request);
        int status = response.statusCode();
        if (status == 401 || status == 403 || status == 407 || leadsToTls(response)) {
            throw new FlinkFailure(
                    FailureReason.FlinkRestSecured,
                    "Flink's REST endpoint "
                            + address
                            + (status / 100 == 3
                                    ? " wants TLS."
                                    : " wants credentials: it answered " + status + "."));
        }
        if (status / 100 == 3) {
            throw notUnderstood("it sends the caller elsewhere (" + status + ")");
        }
        return new Answer(status, parse(status, response.body()));
    }

    private HttpResponse<byte[]> exchange(HttpRequest request)
            throws FlinkFailure, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(request, info -> new BoundedBody(limits.answerBytes()));
        try {
            // The request's own timeout ends with the headers; a body may drip for ever.
            return answer.get(limits.answer().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw unreachable("did not answer within " + limits.answer().toMillis() + " ms", late);
        } catch (ExecutionException failed) {
            throw explain(failed.getCause() == null ? failed : failed.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private FlinkFailure explain(Throwable problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof BoundedBody.TooLargeException) {
                return notUnderstood(String.valueOf(cause.getMessage()));
            }
        }
        if (problem instanceof java.net.ConnectException
                || problem instanceof java.net.http.HttpTimeoutException) {
            return unreachable("cannot be reached: " + words(problem), problem);
        }
        if (TlsProbe.speaksTls(address, limits)) {
            return new FlinkFailure(
                    FailureReason.FlinkRestSecured,
                    "Flink's REST endpoint " + address + " speaks TLS.",
                    problem);
        }
        return unreachable("broke off: " + words(problem), problem);
    }

    private static String words(Throwable problem) {
        String message = problem.getMessage();
        return problem.getClass().getSimpleName() + (message == null ? "" : ", " + message);
    }

    /** Flink with security.ssl.rest.enabled answers plain HTTP with the https address. */
    private static boolean leadsToTls(HttpResponse<?> response) {
        return response.statusCode() / 100 == 3
                && response.headers()
                        .firstValue("Location")
                        .map(location -> location.startsWith("https:"))
                        .orElse(false);
    }

    private JsonNode parse(int status, byte[] body) throws FlinkFailure {
        try {
            JsonNode tree = MAPPER.readTree(body);
            if (tree.isObject() || tree.isArray()) {
                return tree;
            }
        } catch (JsonProcessingException noJson) {
            // Said below, with what was there instead.
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        if (status == 502 || status == 503 || status == 504) {
            throw unreachable("answered " + status, null);
        }
        throw notUnderstood(
                "it answered "
                        + status
                        + " with: "
                        + shortened(new String(body, StandardCharsets.UTF_8)));
    }

    FlinkFailure notUnderstood(String what) {
        return new FlinkFailure(
                FailureReason.FlinkRestNotUnderstood,
                "What answers at " + address + " is not Flink's REST API: " + what + ".");
    }

    private FlinkFailure unreachable(
            String what, @org.jspecify.annotations.Nullable Throwable cause) {
        String message = "Flink's REST endpoint " + address + " " + what + ".";
        return cause == null
                ? new FlinkFailure(FailureReason.FlinkRestUnreachable, message)
                : new FlinkFailure(FailureReason.FlinkRestUnreachable, message, cause);
    }

    private static List<String> errors(JsonNode body) {
        List<String> lines = new ArrayList<>();
        for (JsonNode error : body.path("errors")) {
            error.asText().lines().limit(20).map(FlinkHttp::shortened).forEach(lines::add);
        }
        return lines;
    }

    /** One printable line: answers end up in status objects and logs. */
    static String shortened(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= SHOWN_CHARACTERS
                ? line
                : line.substring(0, SHOWN_CHARACTERS) + "...";
    }
}
