package dev.podmigration.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The configuration of the agent's log, in a JVM of its own: the level comes from outside. */
class LogLevelTest {

    private static final String OURS = "dev.podmigration.agent.source.NodeSource";
    private static final String LIBRARY = "io.grpc.netty.shaded.io.netty.Http2FrameLogger";

    /** Says one line of each level, as the agent and as a library that it uses. */
    static final class Speaker {
        private Speaker() {}

        public static void main(String[] arguments) {
            for (String name : List.of(OURS, LIBRARY)) {
                Logger log = LoggerFactory.getLogger(name);
                log.debug("debug");
                log.info("info");
                log.warn("warn");
                log.error("error");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DEBUG, debug info warn error",
        "INFO, info warn error",
        "WARN, warn error",
        "ERROR, error",
    })
    void the_level_that_the_chart_sets_is_the_agents(String level, String said) throws Exception {
        assertThat(words(level, "NodeSource")).containsExactly(said.split(" "));
    }

    @Test
    void a_library_says_what_went_wrong_and_nothing_of_every_frame() throws Exception {
        assertThat(words("DEBUG", "Http2FrameLogger")).containsExactly("warn", "error");
    }

    @Test
    void without_a_level_the_agent_says_what_it_does() throws Exception {
        assertThat(words("", "NodeSource")).containsExactly("info", "warn", "error");
    }

    private static List<String> words(String level, String logger)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Speaker.class.getName());
        builder.environment().remove("LOG_LEVEL");
        if (!level.isEmpty()) {
            builder.environment().put("LOG_LEVEL", level);
        }
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines()
                .filter(line -> line.contains(" " + logger + " - "))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .toList();
    }
}
