package dev.podmigration.deploy.docs;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.deploy.Project;

import io.fabric8.kubernetes.client.Config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** An API server on which nothing is installed, and a shell with kubectl and Helm for it. */
final class BareCluster {
    private static final Path DIRECTORY =
            Project.path("deploy/target/documented-commands").toAbsolutePath();

    private final Shell shell;

    private BareCluster(Shell shell) {
        this.shell = shell;
    }

    /** The programs are those of the lab, built if need be. */
    static BareCluster of(ApiServer server) throws IOException, InterruptedException {
        String path =
                directoryOf("kubectl") + ":" + directoryOf("helm") + ":" + System.getenv("PATH");
        Path helm = DIRECTORY.resolve("helm");
        Files.createDirectories(helm);
        return new BareCluster(
                new Shell(
                        Map.of(
                                "KUBECONFIG", kubeconfig(server.adminConfig()).toString(),
                                "PATH", path,
                                "HELM_CACHE_HOME", helm.toString(),
                                "HELM_CONFIG_HOME", helm.toString(),
                                "HELM_DATA_HOME", helm.toString())));
    }

    private static Path directoryOf(String program) throws IOException, InterruptedException {
        Shell.Outcome found = new Shell(Map.of()).run("lab/lab bin " + program);
        assumeTrue(found.code() == 0, () -> "lab/lab cannot build it: " + found.output());
        // What had to be done for it stands above.
        return Path.of(found.output().lines().toList().getLast()).getParent();
    }

    Shell shell() {
        return shell;
    }

    /**
     * Takes away what the tests of other pages have left. A kind is served a moment before its
     * storage answers, and one that is deleted in that moment is never gone.
     */
    void clear() throws IOException, InterruptedException {
        shell.orFail(
                """
                for crd in $(kubectl get crds -o name | grep podmigration); do
                    timeout 60 sh -c '
                        until kubectl get --all-namespaces "$0" >/dev/null 2>&1; do sleep 0.1; done
                    ' "${crd#*/}"
                done
                kubectl delete namespace podmigration-system flink --ignore-not-found --wait=false
                kinds=crds,clusterroles,clusterrolebindings,runtimeclasses
                kinds=$kinds,validatingadmissionpolicies,validatingadmissionpolicybindings
                kubectl get -o name $kinds | grep podmigration | xargs --no-run-if-empty kubectl delete
                """);
        finishNamespaces();
    }

    /** The work of the namespace controller, which this cluster has not. */
    private void finishNamespaces() throws IOException, InterruptedException {
        shell.orFail(
                """
                kinds=$(kubectl api-resources --namespaced --verbs=delete -o name | paste -s -d , -)
                ended=$(kubectl get namespaces -o name --field-selector status.phase=Terminating)
                for namespace in $ended; do
                    name=${namespace#namespace/}
                    kubectl delete --namespace "$name" --all --wait=false "$kinds"
                    kubectl get "$namespace" -o json | sed '/"finalizers"/,/]/d' |
                        kubectl replace --raw "/api/v1/namespaces/$name/finalize" -f -
                done
                """);
    }

    /** The CRDs, the Flink example with its migration, and what agents would have reported. */
    void installWithAMigration() throws IOException, InterruptedException {
        shell.orFail(
                """
                kubectl apply --server-side -f crds/generated
                kubectl wait --for=condition=Established crd --all
                kubectl apply -f examples/flink-cluster.yaml
                kubectl apply -f examples/flink-migration-with-tcp-flags.yaml
                kubectl apply -f - <<END
                apiVersion: podmigration.dev/v1alpha1
                kind: MigrationNode
                metadata: {name: node-b}
                END
                """);
    }

    private static Path kubeconfig(Config config) throws IOException {
        Path file = DIRECTORY.resolve("kubeconfig");
        Files.deleteIfExists(file);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(
                file,
                """
                apiVersion: v1
                kind: Config
                current-context: test
                contexts: [{name: test, context: {cluster: test, user: admin}}]
                clusters: [{name: test, cluster: {server: "%s", certificate-authority-data: "%s"}}]
                users: [{name: admin, user: {token: "%s"}}]
                """
                        .formatted(
                                config.getMasterUrl(),
                                config.getCaCertData(),
                                config.getOauthToken()));
    }
}
