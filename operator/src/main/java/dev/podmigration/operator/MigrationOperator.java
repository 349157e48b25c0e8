package dev.podmigration.operator;

import dev.podmigration.fault.FaultPoints;
import dev.podmigration.operator.certificates.CertificateAuthority;
import dev.podmigration.operator.certificates.CertificateAuthorityStore;
import dev.podmigration.operator.certificates.CertificateRequestReconciler;
import dev.podmigration.operator.controller.MigrationReconciler;
import dev.podmigration.operator.health.HealthServer;
import dev.podmigration.operator.metrics.MigrationMetrics;
import dev.podmigration.operator.plugin.PluginLoader;
import dev.podmigration.operator.settings.Settings;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.javaoperatorsdk.operator.processing.retry.Retry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Everything that runs in the operator, put together. */
public final class MigrationOperator implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationOperator.class);

    private static final String LEASE = "podmigration-operator";

    private final KubernetesClient client;
    private final Settings settings;
    private final Clock clock;
    private final Runnable leaseLost;
    private final Operator operator;
    private final HealthServer health;
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private volatile boolean closing;

    /**
     * Opens the health port and starts nothing yet.
     *
     * @param leaseLost called when another instance may lead: this one must do nothing more
     * @throws IOException if the health port is taken
     */
    public MigrationOperator(
            KubernetesClient client, Settings settings, Clock clock, Runnable leaseLost)
            throws IOException {
        this.client = client;
        this.settings = settings;
        this.clock = clock;
        this.leaseLost = leaseLost;
        operator = new Operator(this::configure);
        health =
                new HealthServer(
                        settings.healthPort(),
                        this::isLive,
                        this::isReady,
                        registry::scrape,
                        FaultPoints.open(System.getenv()));
    }

    /** Returns when the controllers run; with leader election that is when this instance leads. */
    public void start() {
        health.start();
        CertificateAuthority authority =
                new CertificateAuthorityStore(client, settings.namespace(), clock).loadOrCreate();
        Set<String> namespaces = settings.watchNamespaces();
        operator.register(
                new MigrationReconciler(
                        settings.limits(),
                        settings.retention(),
                        PluginLoader.load(Optional.of(settings.pluginDirectory())),
                        new MigrationMetrics(registry),
                        clock),
                configuration -> {
                    configuration.withRetry(retry());
                    if (!namespaces.isEmpty()) {
                        configuration.settingNamespaces(namespaces);
                    }
                });
        operator.register(
                new CertificateRequestReconciler(authority, settings.agentUser(), clock),
                configuration -> configuration.withRetry(retry()));
        LOG.info(
                "Serving PodMigrations of {}",
                namespaces.isEmpty()
                        ? "all namespaces"
                        : "namespaces " + String.join(", ", namespaces));
        operator.start();
    }

    /** Where probes and metrics are answered. */
    public int healthPort() {
        return health.port();
    }

    private void configure(ConfigurationServiceOverrider configuration) {
        configuration
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withMetrics(MicrometerMetrics.withoutPerResourceMetrics(registry))
                // The finalizer would be applied with an object made by its type, whose empty spec
                // the API server takes for a change.
                .withUseSSAToPatchPrimaryResource(false)
                // While all is being installed, kinds are served before their storage answers, and
                // then their watches are ended: what cannot be watched yet is tried again.
                .withStopOnInformerErrorDuringStartup(false)
                // Seen by every look, changed by none: copies of whole pods would only cost time.
                .withCloneSecondaryResourcesWhenGettingFromCache(false);
        if (settings.isLeaderElection()) {
            configuration.withLeaderElectionConfiguration(leaderElection());
        }
    }

    private LeaderElectionConfiguration leaderElection() {
        return new LeaderElectionConfiguration(
                LEASE,
                settings.namespace(),
                LeaderElectionConfiguration.LEASE_DURATION_DEFAULT_VALUE,
                LeaderElectionConfiguration.RENEW_DEADLINE_DEFAULT_VALUE,
                LeaderElectionConfiguration.RETRY_PERIOD_DEFAULT_VALUE,
                settings.podName(),
                new LeaderCallbacks(() -> {}, this::stoppedLeading, _ -> {}),
                false);
    }

    private void stoppedLeading() {
        if (!closing) {
            LOG.error("Lost the lease {}: another instance may be at work", LEASE);
            leaseLost.run();
        }
    }

    /**
     * A migration must not be left half-way because of an API server that was away for long: no
     * last attempt.
     */
    private static Retry retry() {
        return new GenericRetry()
                .setInitialInterval(Duration.ofMillis(200))
                .setIntervalMultiplier(2)
                .setMaxInterval(Duration.ofSeconds(15).toMillis())
                .withoutMaxAttempts();
    }

    /** Before it leads an instance watches nothing and is healthy. */
    private boolean isLive() {
        return !operator.getRuntimeInfo().isStarted()
                || operator.getRuntimeInfo().allEventSourcesAreHealthy();
    }

    /**
     * One that waits for the lease is ready to take over; a rolling update must not wait for it to
     * lead.
     */
    private boolean isReady() {
        return isLive();
    }

    @Override
    public void close() {
        closing = true;
        operator.stop();
        health.close();
    }
}
