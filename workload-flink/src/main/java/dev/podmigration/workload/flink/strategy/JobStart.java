package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.flink.configuration.RunningConfiguration;
import dev.podmigration.workload.flink.detect.FlinkMode;
import dev.podmigration.workload.flink.detect.FlinkPod;
import dev.podmigration.workload.flink.detect.FlinkRole;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.JarId;
import dev.podmigration.workload.flink.rest.JobId;
import dev.podmigration.workload.flink.rest.RunJar;
import dev.podmigration.workload.flink.rest.StatePath;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeMount;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How the job of a session cluster is started again: with which jar, class and arguments. Flink
 * does not remember that, so the JobManager's annotations say it.
 *
 * @param arguments separated by blanks
 */
record JobStart(JarId jar, Optional<String> entryClass, String arguments, int parallelism) {

    static final String JAR = "workload.podmigration.dev/flink-jar";
    static final String ENTRY_CLASS = "workload.podmigration.dev/flink-entry-class";
    static final String ARGUMENTS = "workload.podmigration.dev/flink-arguments";

    private static final String KEY = "start.";
    private static final Pattern CLASS = Pattern.compile("[\\w$]+(\\.[\\w$]+)*");
    private static final int LONGEST_ARGUMENTS = 4000;

    /**
     * @throws FlinkFailure WorkloadNotMovable: nobody has said how, or the jar would not be there
     *     any more
     */
    static JobStart of(
            FlinkCluster cluster,
            RunningConfiguration configuration,
            JobId job,
            Namespace namespace)
            throws FlinkFailure, InterruptedException {
        Pod manager = cluster.jobManager();
        if (FlinkPod.of(manager, List.of())
                .flatMap(FlinkPod::mode)
                .filter(mode -> mode == FlinkMode.Application)
                .isPresent()) {
            throw refused(
                    "The cluster is in application mode: it ends when its job is stopped.",
                    "Use the strategy Checkpoint, or let the Flink Kubernetes operator run the"
                            + " job.");
        }
        Map<String, String> annotations =
                Objects.requireNonNullElse(manager.getMetadata().getAnnotations(), Map.of());
        String name = annotations.getOrDefault(JAR, "");
        Optional<JarId> jar =
                cluster.rest().jars().stream().filter(one -> one.value().equals(name)).findFirst();
        if (jar.isEmpty()) {
            throw refused(
                    name.isEmpty()
                            ? "Nothing says with which jar the job is started again."
                            : "The JobManager does not have the jar that its annotation "
                                    + JAR
                                    + " names.",
                    "Put the jar into the directory flink-web-upload below web.upload.dir of the"
                            + " JobManager, as NAME_with_an_underscore.jar, and name it in the"
                            + " annotation "
                            + JAR
                            + " of the JobManager's pod.");
        }
        if (cluster.flink().role() == FlinkRole.JobManager) {
            checkThatItMoves(manager, configuration, namespace);
        }
        Optional<String> entryClass = Optional.ofNullable(annotations.get(ENTRY_CLASS));
        String arguments = annotations.getOrDefault(ARGUMENTS, "").strip();
        if (entryClass.filter(text -> !CLASS.matcher(text).matches()).isPresent()
                || arguments.length() > LONGEST_ARGUMENTS) {
            throw refused(
                    "The annotation "
                            + ENTRY_CLASS
                            + " is no class, or "
                            + ARGUMENTS
                            + " is too long.",
                    "Correct the annotations of the JobManager's pod.");
        }
        return new JobStart(jar.get(), entryClass, arguments, cluster.rest().parallelism(job));
    }

    /** The new JobManager has to have the jar, too. */
    private static void checkThatItMoves(
            Pod manager, RunningConfiguration configuration, Namespace namespace)
            throws FlinkFailure {
        Optional<VolumeMount> mount =
                configuration
                        .value("web.upload.dir")
                        .flatMap(directory -> Volumes.mountOf(manager, directory));
        if (mount.filter(
                        found ->
                                new Volumes(namespace).isTheSameElsewhere(manager, found.getName()))
                .isEmpty()) {
            throw refused(
                    "The jar of the job would be lost with the JobManager's own files.",
                    "Mount a ConfigMap, an image or a shared volume with the jar, and let"
                            + " web.upload.dir lead there.");
        }
    }

    private static FlinkFailure refused(String message, String remedy) {
        Failure failure = Failure.of(FailureReason.WorkloadNotMovable, message);
        failure.setRemedy(remedy);
        return FlinkFailure.of(failure);
    }

    RunJar run(JobId job, Optional<StatePath> from) {
        return new RunJar(
                jar,
                job,
                entryClass,
                arguments.isEmpty() ? List.of() : Arrays.asList(arguments.split("\\s+")),
                parallelism > 0 ? Optional.of(parallelism) : Optional.empty(),
                from);
    }

    void write(Memory memory) {
        memory.with(KEY + "jar", jar.value())
                .with(KEY + "arguments", arguments)
                .with(KEY + "parallelism", Integer.toString(parallelism));
        entryClass.ifPresent(name -> memory.with(KEY + "class", name));
    }

    /** Empty: nobody has said how. */
    static Optional<JobStart> read(Memory memory) {
        return memory.get(KEY + "jar")
                .map(
                        jar ->
                                new JobStart(
                                        new JarId(jar),
                                        memory.get(KEY + "class"),
                                        memory.get(KEY + "arguments").orElse(""),
                                        memory.number(KEY + "parallelism")));
    }
}
