package dev.podmigration.apiserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * etcd and kube-apiserver as two processes on loopback, with their files in a temporary directory.
 */
final class LocalApiServer {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private LocalApiServer() {}

    static Config start(Programs.Paths programs) {
        try {
            var directory = Files.createTempDirectory("podmigration-apiserver");
            var etcdPort = freePort();
            var etcd =
                    ChildProcess.start(
                            directory, programs.etcd(), etcdArguments(directory, etcdPort));
            var port = freePort();
            var token = UUID.randomUUID().toString();
            Files.writeString(
                    directory.resolve("tokens.csv"), token + ",admin,admin,system:masters\n");
            Files.writeString(directory.resolve("service-account.pem"), newPrivateKey());
            var apiServer =
                    ChildProcess.start(
                            directory,
                            programs.kubeApiserver(),
                            apiServerArguments(directory, port, etcdPort));
            stopWithThisJvm(directory, apiServer, etcd);
            return awaitReady(directory, port, token, List.of(etcd, apiServer));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> etcdArguments(Path directory, int port) throws IOException {
        var clients = "http://127.0.0.1:" + port;
        var peers = "http://127.0.0.1:" + freePort();
        return List.of(
                "--data-dir=" + directory.resolve("etcd"),
                "--listen-client-urls=" + clients,
                "--advertise-client-urls=" + clients,
                "--listen-peer-urls=" + peers,
                "--initial-advertise-peer-urls=" + peers,
                "--initial-cluster=default=" + peers,
                // The data is worth nothing after the tests, and a slow disk should not slow them.
                "--unsafe-no-fsync",
                "--log-level=warn");
    }

    private static List<String> apiServerArguments(Path directory, int port, int etcdPort) {
        var serviceAccountKey = directory.resolve("service-account.pem");
        return List.of(
                "--etcd-servers=http://127.0.0.1:" + etcdPort,
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--secure-port=" + port,
                // It makes itself a certificate there.
                "--cert-dir=" + directory.resolve("certificates"),
                "--token-auth-file=" + directory.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + serviceAccountKey,
                "--service-account-signing-key-file=" + serviceAccountKey,
                "--service-cluster-ip-range=10.0.0.0/24",
                // It would write a loopback address into an Endpoints object, which is not allowed.
                "--endpoint-reconciler-type=none",
                // No controller makes the service account that it would demand of every pod.
                "--disable-admission-plugins=ServiceAccount",
                // Some distributions have it on: who makes an owner wait for an object needs a
                // right.
                "--enable-admission-plugins=OwnerReferencesPermissionEnforcement",
                "--allow-privileged=true");
    }

    private static Config awaitReady(
            Path directory, int port, String token, List<ChildProcess> processes)
            throws IOException {
        var certificate = directory.resolve("certificates/apiserver.crt");
        var deadline = Instant.now().plus(START_LIMIT);
        while (Instant.now().isBefore(deadline)) {
            processes.forEach(ChildProcess::checkAlive);
            if (Files.exists(certificate)) {
                var config = config(port, token, Files.readString(certificate));
                if (isReady(config)) {
                    return config;
                }
            }
            pause();
        }
        var logs = String.join("\n", processes.stream().map(ChildProcess::lastLines).toList());
        throw new IllegalStateException("not ready after " + START_LIMIT + ":\n" + logs);
    }

    private static Config config(int port, String token, String certificate) {
        // Not from the environment: a kubeconfig of the user must not reach the tests.
        return new ConfigBuilder(Config.empty())
                .withMasterUrl("https://127.0.0.1:" + port)
                .withCaCertData(Base64.getEncoder().encodeToString(certificate.getBytes(UTF_8)))
                .withOauthToken(token)
                .withRequestRetryBackoffLimit(0)
                .build();
    }

    private static boolean isReady(Config config) {
        try (var client = new KubernetesClientBuilder().withConfig(config).build()) {
            return "ok".equals(client.raw("/readyz"));
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the API server started", e);
        }
    }

    private static void stopWithThisJvm(Path directory, ChildProcess... processes) {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    for (var process : processes) {
                                        process.close();
                                    }
                                    delete(directory);
                                }));
    }

    private static void delete(Path directory) {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String newPrivateKey() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            var key = generator.generateKeyPair().getPrivate().getEncoded();
            return "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has RSA", e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
