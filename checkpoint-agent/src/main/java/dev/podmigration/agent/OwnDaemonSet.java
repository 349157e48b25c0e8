package dev.podmigration.agent;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why this agent is asked to stop: to be replaced (an upgrade, a drained node), or because podmigration is uninstalled. Only in
 * the second case the node is put back.
 */
record OwnDaemonSet(KubernetesClient client, String namespace) {

    private static final Logger LOG = LoggerFactory.getLogger(OwnDaemonSet.class);
    private static final String NAME = "podmigration-agent";

    /**
     * Whether the DaemonSet is gone or going. An uninstall also takes this agent's own rights away, sooner or later: whoever is
     * not known to the API server any more is not wanted any more. An API server that does not answer says nothing.
     */
    boolean isUninstalled() {
        try {
            DaemonSet found =
                    client.apps().daemonSets().inNamespace(namespace).withName(NAME).get();
            return found == null || found.getMetadata().getDeletionTimestamp() != null;
        } catch (KubernetesClientException e) {
            LOG.info("Asked for the DaemonSet: {}", e.getMessage());
            return e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
                    || e.getCode() == HttpURLConnection.HTTP_UNAUTHORIZED;
        }
    }
}
