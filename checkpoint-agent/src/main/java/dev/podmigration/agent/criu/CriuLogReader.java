package dev.podmigration.agent.criu;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the cause in {@code dump.log} and {@code restore.log}. Stateless. */
public final class CriuLogReader {

    private static final Logger LOG = LoggerFactory.getLogger(CriuLogReader.class);

    /**
     * A cause is among the first; a restore of many processes repeats what follows from it for each
     * of them.
     */
    private static final int MAX_LINES = 20;

    /** A program chooses the names in it, and the lines go into the status of an object. */
    private static final int MAX_LINE_LENGTH = 4096;

    /**
     * {@code (00.123456) 17: Error (criu/files-reg.c:2353): File ...} with the process only at
     * restore, or {@code pie: 1: Error (criu/pie/parasite.c:588): ...} from inside of the process.
     */
    private static final Pattern ERROR =
            Pattern.compile(
                    "(?:\\(\\d+\\.\\d+\\)|pie:)\\s+(?:\\d+: )?Error \\([^()]+:\\d+\\): (.*)");

    /** Lines that stand in successful logs too, or only follow from another error. */
    private static final Pattern NOISE =
            Pattern.compile(
                    "rlimit: Can't setup RLIMIT_NOFILE for self|PID recv: short read|cgroupd: recv"
                        + " req error|(Dumping|Restoring|Pre-dumping) FAILED|`- Can't open vma|Task"
                        + " \\d+ exited with|exited, status=|killed by signal|Can't wait for the"
                        + " task|In-flight connections can be ignored");

    /**
     * Why a dump or restore failed.
     *
     * @return empty when the log cannot be read or holds no error that says anything
     */
    public Optional<CriuFinding> dump(Path log) {
        return read(log, FailureReason.CheckpointFailed);
    }

    /**
     * Why a dump or restore failed.
     *
     * @return empty when the log cannot be read or holds no error that says anything
     */
    public Optional<CriuFinding> restore(Path log) {
        return read(log, FailureReason.RestoreFailed);
    }

    /** What the log says, or what was known without it. */
    public AgentFailure dumpFailure(Path log, String container, AgentFailure otherwise) {
        return dump(log).map(finding -> finding.toFailure(container)).orElse(otherwise);
    }

    /** What the log says, or what was known without it. */
    public AgentFailure restoreFailure(Path log, String container, AgentFailure otherwise) {
        return restore(log).map(finding -> finding.toFailure(container)).orElse(otherwise);
    }

    private static Optional<CriuFinding> read(Path log, FailureReason unknown) {
        try {
            return finding(errorLines(log), unknown);
        } catch (IOException e) {
            LOG.warn("CRIU's log {} cannot be read: its failure stays unexplained.", log, e);
            return Optional.empty();
        }
    }

    private static List<String> errorLines(Path log) throws IOException {
        List<String> lines = new ArrayList<>();
        // Paths in it may be in any encoding.
        try (BufferedReader reader = Files.newBufferedReader(log, StandardCharsets.ISO_8859_1)) {
            for (String line = line(reader);
                    line != null && lines.size() < MAX_LINES;
                    line = line(reader)) {
                if (ERROR.matcher(line).lookingAt() && !NOISE.matcher(line).find()) {
                    lines.add(line);
                }
            }
        }
        return lines;
    }

    /** The beginning of the next line, or null after the last. */
    private static @Nullable String line(BufferedReader reader) throws IOException {
        StringBuilder line = new StringBuilder();
        int next = reader.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            if (line.length() < MAX_LINE_LENGTH) {
                line.append((char) next);
            }
            next = reader.read();
        }
        return line.toString();
    }

    /** The first line whose meaning is known, else the first line. */
    private static Optional<CriuFinding> finding(List<String> lines, FailureReason unknown) {
        for (String line : lines) {
            Optional<CriuErrors> known = CriuErrors.of(line);
            if (known.isPresent()) {
                FailureReason reason =
                        known.get().reason() == FailureReason.CheckpointFailed
                                ? unknown
                                : known.get().reason();
                return Optional.of(
                        new CriuFinding(reason, message(line), known.get().remedy(), lines));
            }
        }
        return lines.stream()
                .findFirst()
                .map(line -> new CriuFinding(unknown, message(line), unknown.remedy(), lines));
    }

    private static String message(String line) {
        Matcher matcher = ERROR.matcher(line);
        return matcher.lookingAt() ? matcher.group(1).strip() : line;
    }
}
