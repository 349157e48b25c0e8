package dev.podmigration.workload.flink.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.flink.fakes.FakeFlink;
import dev.podmigration.workload.flink.fakes.FakeJob;
import dev.podmigration.workload.flink.fakes.TestKeys;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.Executors;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** What happens when that which answers is not a JobManager in good health. */
class FlinkRestFaultsTest {

    private FakeFlink flink;

    @BeforeEach
    void start() throws IOException {
        flink = new FakeFlink();
    }

    @AfterEach
    void stop() {
        flink.close();
    }

    @Test
    void nobodyListens() throws Exception {
        RestAddress gone = flink.address();
        flink.close();
        FlinkRest rest =
                new FlinkRest(FlinkRest.newClient(FakeFlink.LIMITS), gone, FakeFlink.LIMITS);
        assertThat(failure(rest)).isEqualTo(FailureReason.FlinkRestUnreachable);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 407})
    void credentialsAreWanted(int status) {
        flink.answerAll(status, "<html>log in</html>");
        assertThat(failure(flink.rest())).isEqualTo(FailureReason.FlinkRestSecured);
    }

    @Test
    void plainHttpIsSentToTls() {
        flink.failWith(
                exchange -> {
                    exchange.getResponseHeaders().add("Location", "https://jobmanager:8081/");
                    FakeFlink.send(exchange, 301, "");
                    return true;
                });
        assertThat(failure(flink.rest())).isEqualTo(FailureReason.FlinkRestSecured);
    }

    /** Nobody can send the operator to an address of their choice. */
    @Test
    void redirectsAreNotFollowed() throws Exception {
        try (FakeFlink elsewhere = new FakeFlink()) {
            flink.failWith(
                    exchange -> {
                        exchange.getResponseHeaders()
                                .add("Location", "http://" + elsewhere.address() + "/overview");
                        FakeFlink.send(exchange, 302, "");
                        return true;
                    });
            assertThat(failure(flink.rest())).isEqualTo(FailureReason.FlinkRestNotUnderstood);
            assertThat(elsewhere.requests).isEmpty();
        }
    }

    @Test
    void theAnswerNeverBegins() {
        flink.failWith(
                exchange -> {
                    Thread.sleep(FakeFlink.LIMITS.answer().multipliedBy(3));
                    return true;
                });
        assertThat(failure(flink.rest())).isEqualTo(FailureReason.FlinkRestUnreachable);
    }

    @Test
    void theAnswerNeverEnds() {
        flink.failWith(
                exchange -> {
                    exchange.sendResponseHeaders(200, 1000);
                    OutputStream out = exchange.getResponseBody();
                    for (int i = 0; i < 1000; i++) {
                        out.write('{');
                        out.flush();
                        Thread.sleep(100);
                    }
                    return true;
                });
        assertThat(failure(flink.rest())).isEqualTo(FailureReason.FlinkRestUnreachable);
    }

    @Test
    void theAnswerIsTooLarge() {
        flink.failWith(
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    byte[] chunk = new byte[10_000];
                    for (int i = 0; i < 1000; i++) {
                        exchange.getResponseBody().write(chunk);
                    }
                    return true;
                });
        assertThat(failure(flink.rest())).isEqualTo(FailureReason.FlinkRestNotUnderstood);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "\"text\"", "{\"half", "<html></html>", "{}", "[]"})
    void theAnswerIsNotFlinks(String body) {
        flink.answerAll(200, body);
        assertThat(failure(flink.rest())).isEqualTo(FailureReason.FlinkRestNotUnderstood);
    }

    @Test
    void theAnswerIsNestedWithoutEnd() {
        flink.answerAll(200, "[".repeat(50_000));
        assertThat(failure(flink.rest())).isEqualTo(FailureReason.FlinkRestNotUnderstood);
    }

    @Test
    void aProxyHasNobodyBehindIt() {
        flink.answerAll(503, "no healthy upstream");
        assertThat(failure(flink.rest())).isEqualTo(FailureReason.FlinkRestUnreachable);
    }

    @Test
    void thePortSpeaksTlsOnly(@TempDir Path scratch) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(TestKeys.keyStore(scratch))) {
            keys.load(in, TestKeys.PASSWORD.toCharArray());
        }
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, TestKeys.PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.start();
        try {
            RestAddress address = new RestAddress("127.0.0.1", server.getAddress().getPort());
            FlinkRest rest =
                    new FlinkRest(FlinkRest.newClient(FakeFlink.LIMITS), address, FakeFlink.LIMITS);
            assertThat(failure(rest)).isEqualTo(FailureReason.FlinkRestSecured);
        } finally {
            server.stop(0);
        }
    }

    /** A port of something that hangs up on HTTP, without being TLS. */
    @Test
    void theConnectionIsClosedAtOnce() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            threads.execute(
                    () -> {
                        try {
                            while (true) {
                                try (Socket socket = server.accept()) {
                                    socket.getInputStream().read();
                                }
                            }
                        } catch (IOException closed) {
                            // The end of the test.
                        }
                    });
            RestAddress address = new RestAddress("127.0.0.1", server.getLocalPort());
            FlinkRest rest =
                    new FlinkRest(FlinkRest.newClient(FakeFlink.LIMITS), address, FakeFlink.LIMITS);
            assertThat(failure(rest)).isEqualTo(FailureReason.FlinkRestUnreachable);
        }
    }

    /** What is answered comes back in requests and in the status: only what has the right shape. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc/passwd",
                "file:/shared/../../etc",
                "file:/a b",
                "file:/a\u0000b",
                "http://",
                "s3://bucket/x?y",
                "file:/$(reboot)"
            })
    void aLocationThatIsNoneIsRefused(String location) throws Exception {
        FakeJob job = flink.addJob("job");
        flink.failWith(
                exchange -> {
                    FakeFlink.send(
                            exchange,
                            200,
                            "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":"
                                    + new com.fasterxml.jackson.databind.ObjectMapper()
                                            .writeValueAsString(location)
                                    + "}}");
                    return true;
                });
        FlinkFailure failure =
                catchThrowableOfType(
                        FlinkFailure.class,
                        () -> flink.rest().savepoint(job.id, TriggerId.of("savepoint")));
        assertThat(failure.reason()).isEqualTo(FailureReason.FlinkRestNotUnderstood);
    }

    @Test
    void whatIsShownOfAnAnswerIsShortAndPrintable() {
        flink.answerAll(200, "\u001b[31m" + "x".repeat(10_000));
        assertThatThrownBy(() -> flink.rest().overview())
                .satisfies(
                        problem ->
                                assertThat(problem.getMessage())
                                        .hasSizeLessThan(500)
                                        .doesNotContain("\u001b"));
    }

    @Test
    void jarsWithStrangeNamesAreLeftOut() throws Exception {
        flink.jars.add("../secret.jar");
        flink.jars.add("c0ffee_counter.jar");
        flink.jars.add("x y.jar");
        assertThat(flink.rest().jars()).containsExactly(new JarId("c0ffee_counter.jar"));
    }

    @Test
    void aFailureThatFlinkCallsCompletedIsAFailure() throws Exception {
        FakeJob job = flink.addJob("job");
        job.polls = 0;
        job.failure =
                """
                java.util.concurrent.CompletionException: x
                \tat org.example.A.b(A.java:1)
                Caused by: java.nio.file.AccessDeniedException: /shared
                \t... 5 more
                """;
        TriggerId trigger = TriggerId.of("savepoint");
        flink.rest().triggerSavepoint(job.id, new StatePath("file:/shared"), trigger);
        flink.rest().triggerCheckpoint(job.id, trigger);
        for (AsyncOperation<?> outcome :
                new AsyncOperation<?>[] {
                    flink.rest().savepoint(job.id, trigger),
                    flink.rest().checkpoint(job.id, trigger)
                }) {
            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            AsyncOperation.Failed.class,
                            failed -> {
                                assertThat(
                                                failed.error()
                                                        .has("java.nio.file.AccessDeniedException"))
                                        .isTrue();
                                assertThat(failed.error().lines()).hasSize(2);
                            });
        }
    }

    @Test
    void everyFailureHasARemedy() {
        flink.answerAll(401, "");
        FlinkFailure failure =
                catchThrowableOfType(FlinkFailure.class, () -> flink.rest().overview());
        assertThat(failure.failure().getRemedy()).isNotBlank();
    }

    private static FailureReason failure(FlinkRest rest) {
        return catchThrowableOfType(FlinkFailure.class, rest::overview).reason();
    }
}
