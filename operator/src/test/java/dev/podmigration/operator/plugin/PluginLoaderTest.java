package dev.podmigration.operator.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.podmigration.operator.workload.Workloads;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.WorkloadDetector;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** With jars that are compiled here, because what matters is what such a jar can see. */
class PluginLoaderTest {

    private static final String STRATEGY =
            """
            package org.example;
            public class Save implements dev.podmigration.workload.MigrationStrategy {
              public String name() { return "NAME"; }
              public dev.podmigration.api.v1alpha1.Strategy rung() {
                return dev.podmigration.api.v1alpha1.Strategy.RUNG;
              }
              public boolean appliesTo(dev.podmigration.workload.Move move) { return true; }
              BODY
            }
            """;

    @TempDir Path directory;

    private final List<String> problems = new ArrayList<>();

    @Test
    void aJarInThePluginDirectoryAddsItsStrategies() throws IOException {
        jar("save.jar", strategy("save", "Savepoint", ""), "org.example.Save");

        Workloads loaded = load();

        assertThat(names(loaded)).contains("generic", "recreate", "save");
        assertThat(problems).isEmpty();
    }

    @Test
    void whatComesWithTheOperatorIsThereWithoutADirectory() {
        assertThat(load().detectors()).extracting(WorkloadDetector::name).contains("JVM");
        assertThat(PluginLoader.load(Optional.of(directory.resolve("missing"))).detectors())
                .extracting(WorkloadDetector::name)
                .contains("JVM");
    }

    @Test
    void aFileThatIsNoJarIsReportedAndTheOthersAreLoaded() throws IOException {
        Files.writeString(directory.resolve("broken.jar"), "not a jar");
        jar("save.jar", strategy("save", "Savepoint", ""), "org.example.Save");

        assertThat(names(load())).contains("save");
        assertThat(problems).singleElement().asString().contains("broken.jar");
    }

    @Test
    void aJarThatNamesAClassItDoesNotHaveIsReported() throws IOException {
        jar("save.jar", strategy("save", "Savepoint", ""), "org.example.Missing");

        assertThat(names(load())).doesNotContain("save");
        assertThat(problems).first().asString().contains("save.jar", "org.example.Missing");
    }

    @Test
    void aStrategyWhoseConstructorThrowsIsReportedAndTheNextOneIsLoaded() throws IOException {
        jar(
                "a.jar",
                strategy("a", "Savepoint", "public Save() { throw new RuntimeException(); }"),
                "org.example.Save");
        jar("b.jar", strategy("b", "Savepoint", ""), "org.example.Save");

        assertThat(names(load())).contains("b").doesNotContain("a");
        assertThat(problems).first().asString().contains("a.jar");
    }

    @Test
    void twoOfOneNameAreNotBothLoaded() throws IOException {
        jar("a.jar", strategy("same", "Savepoint", ""), "org.example.Save");
        jar("b.jar", strategy("same", "Hybrid", ""), "org.example.Save");
        jar("c.jar", strategy("generic", "Hybrid", ""), "org.example.Save");

        Workloads loaded = load();

        assertThat(loaded.named("same").orElseThrow().rung().name()).isEqualTo("Savepoint");
        assertThat(problems).anyMatch(problem -> problem.contains("b.jar"));
        assertThat(problems).anyMatch(problem -> problem.contains("c.jar"));
    }

    @Test
    void aNameThatNoStatusCouldCarryIsRefused() throws IOException {
        jar("a.jar", strategy("with space", "Savepoint", ""), "org.example.Save");

        assertThat(names(load())).doesNotContain("with space");
        assertThat(problems).first().asString().contains("with space");
    }

    @Test
    void autoIsNoRung() throws IOException {
        jar("a.jar", strategy("a", "Auto", ""), "org.example.Save");

        assertThat(names(load())).doesNotContain("a");
        assertThat(problems).first().asString().contains("Auto");
    }

    @Test
    void aPluginSeesTheInterfaceAndTheApiAndNothingElseOfTheOperator() throws IOException {
        String body =
                """
                public java.time.Duration limit(dev.podmigration.api.v1alpha1.StrategyStage stage) {
                  for (String name : new String[] {
                      "dev.podmigration.operator.Main", "io.javaoperatorsdk.operator.Operator"}) {
                    try {
                      Class.forName(name);
                      return java.time.Duration.ZERO;
                    } catch (ClassNotFoundException hidden) {
                    }
                  }
                  try {
                    Class.forName("io.fabric8.kubernetes.api.model.Pod");
                  } catch (ClassNotFoundException e) {
                    return java.time.Duration.ZERO;
                  }
                  return java.time.Duration.ofSeconds(1);
                }
                """;
        jar("save.jar", strategy("save", "Savepoint", body), "org.example.Save");

        MigrationStrategy strategy = load().named("save").orElseThrow();

        assertThat(strategy.limit(dev.podmigration.api.v1alpha1.StrategyStage.Move)).hasSeconds(1);
    }

    @Test
    void classesOfTwoJarsDoNotMeet() throws IOException {
        jar("a.jar", strategy("a", "Savepoint", ""), "org.example.Save");
        jar("b.jar", strategy("b", "Savepoint", ""), "org.example.Save");

        Workloads loaded = load();

        Class<?> a = loaded.named("a").orElseThrow().getClass();
        Class<?> b = loaded.named("b").orElseThrow().getClass();
        assertThat(a.getName()).isEqualTo(b.getName());
        assertThat(a).isNotSameAs(b);
    }

    private Workloads load() {
        return PluginLoader.load(Optional.of(directory), problems::add);
    }

    private static List<String> names(Workloads workloads) {
        return workloads.strategies().stream().map(MigrationStrategy::name).toList();
    }

    private static String strategy(String name, String rung, String body) {
        return STRATEGY.replace("NAME", name).replace("RUNG", rung).replace("BODY", body);
    }

    private void jar(String name, String source, String service) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("org/example/Save.class", compiled(source));
        files.put(
                "META-INF/services/" + MigrationStrategy.class.getName(), service.getBytes(UTF_8));
        try (OutputStream file = Files.newOutputStream(directory.resolve(name));
                JarOutputStream jar = new JarOutputStream(file)) {
            for (Map.Entry<String, byte[]> entry : files.entrySet()) {
                jar.putNextEntry(new JarEntry(entry.getKey()));
                jar.write(entry.getValue());
                jar.closeEntry();
            }
        }
    }

    private static byte[] compiled(String source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Path output = Files.createTempDirectory("plugin");
        SimpleJavaFileObject unit =
                new SimpleJavaFileObject(
                        URI.create("string:///org/example/Save.java"),
                        SimpleJavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(output));
            boolean ok =
                    compiler.getTask(
                                    null,
                                    files,
                                    null,
                                    List.of(
                                            "-proc:none",
                                            "-classpath",
                                            System.getProperty("java.class.path")),
                                    null,
                                    List.of(unit))
                            .call();
            assertThat(ok).isTrue();
        }
        Path file = output.resolve("org/example/Save.class");
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        Files.delete(file.getParent());
        Files.delete(output.resolve("org"));
        Files.delete(output);
        return bytes;
    }
}
