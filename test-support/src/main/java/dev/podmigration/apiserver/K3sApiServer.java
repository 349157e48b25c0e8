package dev.podmigration.apiserver;

import io.fabric8.kubernetes.client.Config;

import org.testcontainers.DockerClientFactory;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/** A k3s container; unlike the local server it has controllers, a scheduler and a kubelet. */
final class K3sApiServer {
    private static final DockerImageName IMAGE =
            DockerImageName.parse(
                    System.getProperty("podmigration.it.k3s.image", "rancher/k3s:v1.33.4-k3s1"));

    private K3sApiServer() {}

    static boolean isDockerAvailable() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    /** Testcontainers removes the container when this JVM ends. */
    static Config start() {
        @SuppressWarnings("resource") // it has to outlive this method
        var container = new K3sContainer(IMAGE);
        container.start();
        return Config.fromKubeconfig(container.getKubeConfigYaml());
    }
}
