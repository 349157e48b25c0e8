package dev.podmigration.operator.plugin;

import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.operator.workload.Workloads;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.WorkloadDetector;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds detectors and strategies on the class path and in the jars of a directory. What cannot be
 * loaded is reported and left out; it never keeps the operator from starting.
 */
public final class PluginLoader {

    private static final Logger LOG = LoggerFactory.getLogger(PluginLoader.class);

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9-]{0,62}");

    private final List<WorkloadDetector> detectors = new ArrayList<>();
    private final List<MigrationStrategy> strategies = new ArrayList<>();
    private final Set<String> detectorNames = new HashSet<>();
    private final Set<String> strategyNames =
            Workloads.builtIn().stream()
                    .map(MigrationStrategy::name)
                    .collect(Collectors.toCollection(HashSet::new));
    private final Consumer<String> problems;

    private PluginLoader(Consumer<String> problems) {
        this.problems = problems;
    }

    /** Loads what there is, and says in the log what was loaded and what could not be. */
    public static Workloads load(Optional<Path> directory) {
        return load(directory, problem -> LOG.error("{}", problem));
    }

    /**
     * Loads what there is.
     *
     * @param directory whose jars are plugins; one that does not exist has none
     * @param problems told of each thing that cannot be loaded, in a sentence
     */
    static Workloads load(Optional<Path> directory, Consumer<String> problems) {
        PluginLoader loader = new PluginLoader(problems);
        loader.from("the class path", PluginLoader.class.getClassLoader());
        directory.ifPresent(loader::fromJars);
        Workloads loaded = new Workloads(loader.detectors, loader.strategies);
        LOG.info(
                "Detectors: {}; strategies: {}",
                loaded.detectors().stream().map(WorkloadDetector::name).toList(),
                loaded.strategies().stream()
                        .map(strategy -> strategy.name() + " (" + strategy.rung() + ")")
                        .toList());
        return loaded;
    }

    // The class loaders stay open as long as the operator runs: strategies load classes later.
    @SuppressWarnings("resource")
    private void fromJars(Path directory) {
        if (!Files.isDirectory(directory)) {
            LOG.info("No plugin directory {}", directory);
            return;
        }
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.jar")) {
            found.forEach(jars::add);
        } catch (IOException e) {
            problems.accept("Plugin directory " + directory + " cannot be read: " + e);
            return;
        }
        jars.sort(null);
        for (Path jar : jars) {
            try {
                if (!Files.isReadable(jar)) {
                    throw new IOException("not readable");
                }
                // A file that is no jar looks to a class loader like one without classes.
                new java.util.jar.JarFile(jar.toFile()).close();
                int before = detectors.size() + strategies.size();
                ClassLoader classes =
                        new PluginClassLoader(
                                jar.toUri().toURL(), PluginLoader.class.getClassLoader());
                from(jar.toString(), classes);
                if (before == detectors.size() + strategies.size()) {
                    problems.accept(
                            "Plugin " + jar + " adds nothing: see META-INF/services in it.");
                }
            } catch (IOException e) {
                problems.accept("Plugin " + jar + " cannot be read: " + e);
            }
        }
    }

    private void from(String where, ClassLoader classes) {
        each(
                WorkloadDetector.class,
                classes,
                where,
                detector -> {
                    String name = checkName(detector.name(), detectorNames);
                    detectors.add(detector);
                    return name;
                });
        each(
                MigrationStrategy.class,
                classes,
                where,
                strategy -> {
                    if (strategy.rung() == null || strategy.rung() == Strategy.Auto) {
                        throw new IllegalArgumentException("rung " + strategy.rung());
                    }
                    // Constants, so that later nobody has to expect an exception from them.
                    LOG.debug("{} {}", strategy.priority(), strategy.replacesPod());
                    String name = checkName(strategy.name(), strategyNames);
                    strategies.add(strategy);
                    return name;
                });
    }

    /** One that fails does not keep the next one from being loaded. */
    private <T> void each(
            Class<T> type, ClassLoader classes, String where, Function<T, String> add) {
        var found = ServiceLoader.load(type, classes).stream().iterator();
        boolean more = true;
        while (more) {
            try {
                more = found.hasNext();
                if (more) {
                    ServiceLoader.Provider<T> provider = found.next();
                    // What the operator has on its class path is seen through no plugin's loader.
                    if (Objects.equals(provider.type().getClassLoader(), classes)
                            || classes.equals(PluginLoader.class.getClassLoader())) {
                        String name = add.apply(provider.get());
                        LOG.info("{} {} from {}", type.getSimpleName(), name, where);
                    }
                }
            } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
                problems.accept(
                        "A " + type.getSimpleName() + " from " + where + " cannot be loaded: " + e);
                LOG.debug("{}", where, e);
            }
        }
    }

    private static String checkName(String name, Set<String> known) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("its name is " + name);
        }
        if (!known.add(name)) {
            throw new IllegalArgumentException("there is one named " + name + " already");
        }
        return name;
    }
}
