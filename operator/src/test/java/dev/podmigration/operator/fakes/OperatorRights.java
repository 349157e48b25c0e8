package dev.podmigration.operator.fakes;

import static org.awaitility.Awaitility.await;

import dev.podmigration.apiserver.ApiServer;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The operator's account with just the rights that the install manifest gives it: what it lacks, an
 * operator in a test lacks, too.
 */
public final class OperatorRights {

    private static final Path MANIFEST = Path.of("../deploy/manifests/install.yaml");
    private static final String ACCOUNT = "podmigration-operator";

    private OperatorRights() {}

    /** How an operator that is installed in this namespace reaches the server. */
    public static Config in(String namespace, ApiServer server) {
        for (HasMetadata object : manifest(server)) {
            if (object.getMetadata().getName().startsWith(ACCOUNT) && move(object, namespace)) {
                server.client().resource(object).serverSideApply();
            }
        }
        Config config =
                new ConfigBuilder(server.adminConfig())
                        .withImpersonateUsername(
                                "system:serviceaccount:" + namespace + ":" + ACCOUNT)
                        .withImpersonateGroups("system:serviceaccounts", "system:authenticated")
                        .build();
        awaitKnown(config, namespace);
        return config;
    }

    /** True if it is about rights. Bindings of the whole cluster get a name for each namespace. */
    private static boolean move(HasMetadata object, String namespace) {
        switch (object) {
            case ClusterRole _ -> {}
            case Role role -> role.getMetadata().setNamespace(namespace);
            case ClusterRoleBinding binding -> {
                binding.getMetadata().setName(binding.getMetadata().getName() + "-" + namespace);
                move(binding.getSubjects(), namespace);
            }
            case RoleBinding binding -> {
                binding.getMetadata().setNamespace(namespace);
                move(binding.getSubjects(), namespace);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void move(List<Subject> subjects, String namespace) {
        subjects.forEach(subject -> subject.setNamespace(namespace));
    }

    /** The API server learns of roles and bindings a moment after they were made. */
    private static void awaitKnown(Config config, String namespace) {
        try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(
                            () -> {
                                client.pods().inNamespace(namespace).list();
                                client.nodes().list();
                                client.leases().inNamespace(namespace).withName(ACCOUNT).get();
                                return true;
                            });
        }
    }

    private static List<HasMetadata> manifest(ApiServer server) {
        try (InputStream manifest = Files.newInputStream(MANIFEST)) {
            return server.client().load(manifest).items();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
