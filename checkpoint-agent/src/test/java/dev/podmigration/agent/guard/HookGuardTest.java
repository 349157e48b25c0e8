package dev.podmigration.agent.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.podmigration.agent.host.Host;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The hook file, and what its script does with the state that a runtime hands to it. */
class HookGuardTest {

    private static final String POD = "0c5e3f00-6a7e-4d1c-9a52-1d2c3b4a5f60";
    private static final String OTHER = "0c5e3f01-6a7e-4d1c-9a52-1d2c3b4a5f60";

    @TempDir Path root;

    private Path hooks;
    private HookDirectory directory;
    private HookGuard guard;

    private record Answer(int code, String said) {}

    @BeforeEach
    void makeNode() throws IOException {
        hooks = Files.createDirectories(root.resolve("etc/hooks.d"));
        directory = new HookDirectory(Host.at(root));
        directory.note().write(directory.choose(List.of("/etc/hooks.d")));
        guard = new HookGuard(directory);
    }

    @Test
    void crioTakesNothingBeforeThePodIsRefused() throws Exception {
        guard.prepare(POD);

        assertThat(hooks).isDirectoryNotContaining("glob:**.json");
    }

    @Test
    void aRefusedPodIsMetBeforeAnyProcessOfItRuns() throws Exception {
        guard.prepare(POD);
        guard.refuse(POD);

        assertThat(names()).containsExactly("podmigration-" + POD + ".json");
        JsonNode file = hook(POD);
        assertThat(file.at("/version").asText()).isEqualTo("1.0.0");
        assertThat(file.at("/hook/path").asText()).startsWith("/");
        assertThat(file.at("/when/always").asBoolean()).isTrue();
        assertThat(file.at("/stages/0").asText()).isEqualTo("createRuntime");
    }

    @Test
    void itsContainersAreRefusedHoweverTheStateIsWritten() throws Exception {
        guard.refuse(POD);
        ObjectNode state = state(POD);

        assertThat(run(hook(POD), state.toString()).code()).isEqualTo(1);
        Answer answer = run(hook(POD), state.toPrettyString());
        assertThat(answer.code()).isEqualTo(1);
        assertThat(answer.said()).contains("pod " + POD + " was given to another node");
    }

    @Test
    void containersOfOtherPodsAreNot() throws Exception {
        guard.refuse(POD);
        ObjectNode other = state(OTHER);
        other.withObject("/annotations").put("note", "follows pod " + POD);

        assertThat(run(hook(POD), other.toString())).isEqualTo(new Answer(0, ""));
        assertThat(run(hook(POD), other.toPrettyString())).isEqualTo(new Answer(0, ""));
        assertThat(run(hook(POD), "{}")).isEqualTo(new Answer(0, ""));
    }

    /** Better a pod that waits than two that run. */
    @Test
    void whatCannotBeLookedAtIsRefused() throws Exception {
        guard.refuse(POD);
        ObjectNode file = (ObjectNode) hook(POD);
        file.withObject("/hook").putArray("env").add("PATH=/nonexistent");

        assertThat(run(file, state(OTHER).toString()).code()).isEqualTo(1);
    }

    @Test
    void aRefusalCanBeRepeatedAndTakenBack() throws Exception {
        guard.prepare(POD);
        guard.refuse(POD);
        guard.refuse(POD);
        guard.prepare(POD);
        guard.refuse(OTHER);

        guard.allow(POD);
        guard.allow(POD);

        assertThat(names()).containsExactly("podmigration-" + OTHER + ".json");
    }

    @Test
    void anAgentThatComesUpKeepsWhatItsRecordsNeed() throws Exception {
        guard.refuse(POD);
        guard.refuse(OTHER);
        guard.prepare("0c5e3f02-6a7e-4d1c-9a52-1d2c3b4a5f60");
        Files.writeString(hooks.resolve("somebody-elses.json"), "{}");

        guard.allowAllBut(Set.of(POD));

        assertThat(names())
                .containsExactlyInAnyOrder("podmigration-" + POD + ".json", "somebody-elses.json");
    }

    @Test
    void withoutADirectoryNothingIsRefusedAndNothingFails() throws Exception {
        directory.note().writeOrDelete("");

        guard.prepare(POD);
        guard.refuse(POD);
        guard.allow(POD);
        guard.allowAllBut(Set.of());

        assertThat(names()).isEmpty();
    }

    @Test
    void onlyDirectoriesThatOutliveTheNodeAreChosen() throws Exception {
        Files.createDirectories(root.resolve("run/hooks.d"));
        Files.createDirectories(root.resolve("var/hooks.d"));

        assertThat(directory.choose(List.of("/run/hooks.d", "/opt/hooks.d", "/var/hooks.d")))
                .isEqualTo("/var/hooks.d\n");
        assertThat(directory.choose(List.of("/run/hooks.d"))).isEmpty();
    }

    @Test
    void aUidThatIsNoneIsNoPartOfAPath() {
        assertThatThrownBy(() -> guard.refuse("../../etc/passwd"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(hooks)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private JsonNode hook(String podUid) throws IOException {
        return new ObjectMapper()
                .readTree(hooks.resolve("podmigration-" + podUid + ".json").toFile());
    }

    /** What OCI runtimes give to hooks, with what CRI-O notes of a container. */
    private static ObjectNode state(String podUid) {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        state.put("ociVersion", "1.2.0").put("id", "4b825dc642cb6eb9a060e54bf8d69288");
        state.put("status", "created").put("pid", 4711).put("bundle", "/run/containers/x");
        ObjectNode annotations = state.putObject("annotations");
        annotations.put("io.kubernetes.container.name", "main");
        annotations.put(
                "io.kubernetes.cri-o.Labels",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("io.kubernetes.pod.uid", podUid)
                        .toString());
        annotations.put("io.kubernetes.pod.uid", podUid);
        return state;
    }

    /** As a runtime runs it: with nothing but what the file says. */
    private Answer run(JsonNode file, String state) throws Exception {
        List<String> command = new ArrayList<>();
        file.at("/hook/args").forEach(argument -> command.add(argument.asText()));
        command.set(0, file.at("/hook/path").asText());
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.clear();
        file.at("/hook/env")
                .forEach(
                        variable -> {
                            String[] parts = variable.asText().split("=", 2);
                            environment.put(parts[0], parts[1]);
                        });
        Process process = builder.start();
        try (var in = process.getOutputStream()) {
            in.write(state.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), said);
    }
}
