package dev.podmigration.deploy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;

import io.fabric8.kubernetes.api.model.HasMetadata;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The chart of this project, rendered by the real Helm. */
record Chart(Path directory) {
    static final String NAMESPACE = "podmigration-system";

    static Chart ofThisProject() {
        return new Chart(Project.path("deploy/helm/podmigration"));
    }

    /**
     * A copy in which hooks are ordinary objects: otherwise they are not among what is rendered.
     */
    Chart withHooksAsObjects(Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(directory.relativize(file));
                Files.createDirectories(target.getParent());
                Files.writeString(
                        target, Yaml.read(file).replace("helm.sh/hook", "example.com/hook"));
            }
        }
        return new Chart(copy);
    }

    LintResult lint() {
        return new Helm(directory).lint().strict().call();
    }

    /** Every rendered document, in the order in which Helm installs them. */
    String render(Map<String, ?> values) {
        TemplateCommand template =
                new Helm(directory)
                        .template()
                        .withName("podmigration")
                        .withNamespace(NAMESPACE)
                        // The oldest that the chart accepts; Helm would take 1.20 by itself.
                        .withKubeVersion("1.30.0");
        values.forEach(template::set);
        return template.call();
    }

    List<HasMetadata> objects(Map<String, ?> values) {
        return Yaml.objects(render(values));
    }

    /** The one object of that type and name. */
    <T extends HasMetadata> T object(Class<T> type, String name, Map<String, ?> values) {
        return objects(values).stream()
                .filter(type::isInstance)
                .map(type::cast)
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type.getSimpleName() + " " + name));
    }
}
