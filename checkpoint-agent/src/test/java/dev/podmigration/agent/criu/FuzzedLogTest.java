package dev.podmigration.agent.criu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.fuzzing.Mutator;
import dev.podmigration.agent.fuzzing.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A program chooses what its files are called and so what stands in CRIU's log: whatever it is, a
 * failure is explained in few and short lines, or not at all.
 */
class FuzzedLogTest {

    private static final int ROUNDS = 40;
    private static final List<String> LINES =
            List.of(
                    "(00.012248) Error (criu/sk-inet.c:200): inet: Connected TCP socket, consider",
                    "(00.042887) Error (criu/files-reg.c:1031): Can't dump ghost file /d of 3 size",
                    "(00.1) 17: Error (criu/files-reg.c:2353): File a has bad size 3 (expect 4)",
                    "pie: 1: Error (criu/pie/parasite.c:588): can't do it",
                    "(00.059790) Error (criu/cr-dump.c:1975): Dumping FAILED.",
                    "(00.000001) Version: 4.2 (gitid 0)",
                    "Error (",
                    "(1.1) Error (:1",
                    "",
                    "\u0000\u0000",
                    "(((((((((",
                    "Error ".repeat(50));

    @TempDir Path directory;

    private final CriuLogReader reader = new CriuLogReader();

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.podmigration.agent.fuzzing.Seeds#all")
    void whatever_the_log_holds_is_read(long seed) {
        Seeds.run(seed, this::fuzz);
    }

    private void fuzz(Mutator mutator) throws Exception {
        Path log = directory.resolve("dump.log");
        for (int i = 0; i < ROUNDS; i++) {
            StringBuilder text = new StringBuilder();
            for (int line = mutator.random().nextInt(60); line >= 0; line--) {
                text.append(LINES.get(mutator.random().nextInt(LINES.size())))
                        .append(mutator.random().nextInt(5) == 0 ? "" : "\n");
            }
            byte[] right = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            Files.write(log, mutator.random().nextInt(4) == 0 ? right : mutator.bytes(right));

            assertBounded(reader.dump(log));
            assertBounded(reader.restore(log));
        }
    }

    /** Of a log without an end of a line, or with a name as long as the kernel allows. */
    @Test
    void a_line_is_cut_where_nobody_reads_on() throws Exception {
        Path log = directory.resolve("dump.log");
        Files.writeString(
                log,
                "(00.1) Error (criu/files-reg.c:1031): " + "x".repeat(1 << 20),
                StandardCharsets.ISO_8859_1);

        Optional<CriuFinding> finding = reader.dump(log);

        assertThat(finding).isPresent();
        assertBounded(finding);
    }

    /** A pattern that tries every way to read a line would not come back. */
    @Test
    void a_line_of_many_beginnings_is_read_at_once() throws Exception {
        Path log = directory.resolve("dump.log");
        Files.writeString(
                log,
                ("(1.1) 1: Error (" + "a:1".repeat(100_000) + "\n").repeat(20)
                        + "(00.1) Error (criu/x.c:1): the cause\n",
                StandardCharsets.ISO_8859_1);

        assertThat(reader.dump(log)).isPresent();
    }

    private static void assertBounded(Optional<CriuFinding> finding) {
        if (finding.isPresent()) {
            assertThat(finding.get().lines()).hasSizeLessThanOrEqualTo(20);
            assertThat(finding.get().lines())
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(4096));
            assertThat(finding.get().message()).isNotNull();
        }
    }
}
