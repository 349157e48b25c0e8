package dev.podmigration.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.NamespaceCommand;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

class KubeletClientTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String OWN = "var/lib/kubelet/pki/kubelet.crt";

    @TempDir Path root;

    private HttpsServer server;
    private int status = 200;
    private String body =
            "{\"items\":[\"/var/lib/kubelet/checkpoints/checkpoint-p_n-c-2026.tar\"]}";
    private final List<String> requests = new ArrayList<>();

    @BeforeEach
    void writeToken() throws IOException {
        Files.writeString(root.resolve("token"), "first\n");
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    @Test
    void aCheckpointIsAskedForWithTheTokenAsItIsNow() throws Exception {
        trustedBySelf();
        try (KubeletClient kubelet = client()) {
            KubeletAnswer answer =
                    kubelet.checkpoint("shop", "cart-0", "app", Duration.ofSeconds(20));
            assertThat(answer)
                    .isEqualTo(
                            new KubeletAnswer.Archived(
                                    List.of(
                                            "/var/lib/kubelet/checkpoints/checkpoint-p_n-c-2026.tar")));
            Files.writeString(root.resolve("token"), "second");
            kubelet.checkpoint("shop", "cart-0", "app", Duration.ofSeconds(20));
        }
        assertThat(requests)
                .containsExactly(
                        "POST /checkpoint/shop/cart-0/app?timeout=20 Bearer first",
                        "POST /checkpoint/shop/cart-0/app?timeout=20 Bearer second");
    }

    @ParameterizedTest
    @CsvSource({
        "401, Unauthorized, CheckpointNotSupported, webhook",
        "403, 'Forbidden (user=x, verb=create, resource=nodes, subresource(s)=[checkpoint])',"
                + " CheckpointNotSupported, nodes/checkpoint",
        "404, pod does not exist, PodNotFound, name",
        "404, 404 page not found, CheckpointNotSupported, feature gate",
        "500, checkpointing of a/b/c failed (checkpoint/restore support not available),"
                + " CheckpointNotSupported, CRIU",
        "500, checkpointing of a/b/c failed (rpc error: code = Unknown), CheckpointFailed, log",
    })
    void everyRefusalHasAReasonAndARemedy(
            int code, String text, FailureReason reason, String remedy) throws Exception {
        trustedBySelf();
        status = code;
        body = text + "\n";
        try (KubeletClient kubelet = client()) {
            KubeletAnswer answer = kubelet.checkpoint("a", "b", "c", LIMIT);
            assertThat(answer)
                    .isInstanceOfSatisfying(
                            KubeletAnswer.Failed.class,
                            failed -> {
                                AgentFailure failure = failed.failure();
                                assertThat(failure.reason()).isEqualTo(reason);
                                assertThat(failure).hasMessageContaining(text);
                                assertThat(failure.remedy()).contains(remedy);
                            });
        }
    }

    @Test
    void aCertificateThatTheNodeDoesNotHaveIsRefused() throws Exception {
        trustedBySelf();
        keytool("other", "dns:elsewhere");
        Files.copy(
                root.resolve("other.pem"), root.resolve(OWN), StandardCopyOption.REPLACE_EXISTING);
        try (KubeletClient kubelet = client()) {
            assertThatThrownBy(() -> kubelet.checkpoint("a", "b", "c", LIMIT))
                    .isInstanceOf(IOException.class);
        }
        assertThat(requests).isEmpty();
    }

    @Test
    void aCertificateOfTheClustersAuthorityNeedsTheRightAddress() throws Exception {
        keytool("server", "ip:127.0.0.1");
        serve("server");
        // Signed by itself, it can stand for the authority too.
        Files.copy(root.resolve("server.pem"), root.resolve("ca.crt"));
        try (KubeletClient kubelet = client()) {
            assertThat(kubelet.checkpoint("a", "b", "c", LIMIT))
                    .isInstanceOf(KubeletAnswer.Archived.class);
        }
        server.stop(0);

        keytool("elsewhere", "ip:192.0.2.1");
        serve("elsewhere");
        Files.copy(
                root.resolve("elsewhere.pem"),
                root.resolve("ca.crt"),
                StandardCopyOption.REPLACE_EXISTING);
        try (KubeletClient kubelet = client()) {
            assertThatThrownBy(() -> kubelet.checkpoint("a", "b", "c", LIMIT))
                    .isInstanceOf(IOException.class);
        }
    }

    /** As kubeadm leaves it: signed by itself, with the node's name but not its address. */
    private void trustedBySelf() throws Exception {
        keytool("server", "dns:node-a");
        keytool("authority", "dns:authority");
        Files.copy(root.resolve("authority.pem"), root.resolve("ca.crt"));
        Files.createDirectories(root.resolve(OWN).getParent());
        Files.copy(root.resolve("server.pem"), root.resolve(OWN));
        serve("server");
    }

    private KubeletClient client() throws Exception {
        return new KubeletClient(
                URI.create("https://127.0.0.1:" + server.getAddress().getPort()),
                root.resolve("token"),
                KubeletTrust.context(Host.at(root), root.resolve("ca.crt")));
    }

    private void keytool(String name, String alternative) throws Exception {
        String store = root.resolve(name + ".p12").toString();
        String program = System.getProperty("java.home") + "/bin/keytool";
        NamespaceCommand.own()
                .run(
                        LIMIT,
                        program,
                        "-genkeypair",
                        "-alias",
                        "k",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=" + alternative,
                        "-keystore",
                        store,
                        "-storepass",
                        "changeit",
                        "-storetype",
                        "PKCS12")
                .orThrow();
        NamespaceCommand.own()
                .run(
                        LIMIT,
                        program,
                        "-exportcert",
                        "-rfc",
                        "-alias",
                        "k",
                        "-keystore",
                        store,
                        "-storepass",
                        "changeit",
                        "-file",
                        root.resolve(name + ".pem").toString())
                .orThrow();
    }

    private void serve(String name) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream stream = Files.newInputStream(root.resolve(name + ".p12"))) {
            store.load(stream, "changeit".toCharArray());
        }
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext(
                "/",
                exchange -> {
                    requests.add(
                            exchange.getRequestMethod()
                                    + " "
                                    + exchange.getRequestURI()
                                    + " "
                                    + exchange.getRequestHeaders().getFirst("Authorization"));
                    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(status, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
    }
}
