package dev.podmigration.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.commit.GroupDecision;
import dev.podmigration.agent.commit.GroupEvent;
import dev.podmigration.agent.commit.GroupState;
import dev.podmigration.agent.commit.ReceiverDecision;
import dev.podmigration.agent.commit.ReceiverEvent;
import dev.podmigration.agent.commit.ReceiverState;
import dev.podmigration.agent.commit.SourceDecision;
import dev.podmigration.agent.commit.SourceEvent;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.commit.TargetDecision;
import dev.podmigration.agent.commit.TargetEvent;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.operator.settings.TimeLimits;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** docs/protocol.md says what the code says. */
class ProtocolPageTest {

    private static final Path ROOT = root();
    private static final Path PAGE = ROOT.resolve("docs/protocol.md");
    private static final String UPDATE = "mvn -Pupdate-generated -pl protocol -am test";

    /** A row of the limits: who waits, how long, and where that is set. */
    private static final Pattern LIMIT =
            Pattern.compile(
                    "^\\| \\w+: [^|]+ \\| ([^|]+) \\| `(\\w+)\\.(\\w+)` \\|$", Pattern.MULTILINE);

    private static final Pattern CONSTANT =
            Pattern.compile("Duration (\\w*LIMIT) = Duration\\.of(\\w+)\\((\\d+)\\);");

    @Test
    void theTablesOfStatesAreThoseOfTheCode() throws IOException {
        Map<String, String> tables =
                Map.of(
                        "source",
                        table(
                                SourceState.values(),
                                SourceEvent.values(),
                                (state, event) -> {
                                    SourceDecision found =
                                            SourceDecision.of(
                                                    SourceState.valueOf(state),
                                                    SourceEvent.valueOf(event));
                                    return cell(state, found.next(), found.action());
                                }),
                        "target",
                        table(
                                TargetState.values(),
                                TargetEvent.values(),
                                (state, event) -> {
                                    TargetDecision found =
                                            TargetDecision.of(
                                                    TargetState.valueOf(state),
                                                    TargetEvent.valueOf(event));
                                    return cell(state, found.next(), found.action());
                                }),
                        "group",
                        table(
                                GroupState.values(),
                                GroupEvent.values(),
                                (state, event) ->
                                        GroupDecision.of(
                                                        GroupState.valueOf(state),
                                                        GroupEvent.valueOf(event))
                                                .name()),
                        "receiver",
                        table(
                                ReceiverState.values(),
                                ReceiverEvent.values(),
                                (state, event) -> {
                                    ReceiverDecision found =
                                            ReceiverDecision.of(
                                                    ReceiverState.valueOf(state),
                                                    ReceiverEvent.valueOf(event));
                                    return cell(state, found.next(), found.action());
                                }));
        String text = Files.readString(PAGE);
        String fresh = text;
        for (Map.Entry<String, String> table : tables.entrySet()) {
            fresh = replaced(fresh, table.getKey(), table.getValue());
        }
        if (Boolean.getBoolean("podmigration.update")) {
            Files.writeString(PAGE, fresh);
        }

        assertThat(Files.readString(PAGE)).as("stale; write it again: " + UPDATE).isEqualTo(fresh);
    }

    private static String replaced(String text, String name, String table) {
        String begin = "<!-- table: " + name + " -->\n";
        int from = text.indexOf(begin) + begin.length();
        assertThat(from).as("the page has a place for " + name).isGreaterThan(begin.length());
        return text.substring(0, from) + table + text.substring(text.indexOf("<!-- end -->", from));
    }

    private static String table(Enum<?>[] states, Enum<?>[] events, BinaryOperator<String> cell) {
        StringBuilder table = new StringBuilder("| |");
        for (Enum<?> event : events) {
            table.append(' ').append(event).append(" |");
        }
        table.append("\n|---|").append("---|".repeat(events.length)).append('\n');
        for (Enum<?> state : states) {
            table.append("| **").append(state).append("** |");
            for (Enum<?> event : events) {
                table.append(' ').append(cellOf(cell, state, event)).append(" |");
            }
            table.append('\n');
        }
        return table.toString();
    }

    private static String cellOf(BinaryOperator<String> cell, Enum<?> state, Enum<?> event) {
        try {
            return cell.apply(state.name(), event.name());
        } catch (IllegalStateException impossible) {
            return "impossible";
        }
    }

    private static String cell(String state, Enum<?> next, Enum<?> action) {
        String act =
                action.name().equals("NONE")
                        ? "-"
                        : action.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return next.name().equals(state) ? act : next + ": " + act;
    }

    @Test
    void everyMessageOfTheStreamIsOnThePage() throws IOException {
        String page = Files.readString(PAGE);
        for (String direction : List.of("SourceMessage", "TargetMessage")) {
            String message =
                    Pattern.compile("message " + direction + " \\{.*?\n}", Pattern.DOTALL)
                            .matcher(source("peer.proto"))
                            .results()
                            .map(MatchResult::group)
                            .findFirst()
                            .orElseThrow();
            List<String> types =
                    Pattern.compile("^ +(\\w+) \\w+ = \\d+;", Pattern.MULTILINE)
                            .matcher(message)
                            .results()
                            .map(field -> field.group(1))
                            .toList();
            assertThat(types).hasSizeGreaterThan(5);
            assertThat(page).contains(types.stream().map(type -> "`" + type).toList());
        }
    }

    @Test
    void everyLimitOfThePageIsSetThere() throws IOException {
        Map<String, String> told = told();
        assertThat(told).hasSizeGreaterThan(20);
        told.forEach(
                (place, limit) ->
                        assertThat(limit).as("limit of %s", place).isEqualTo(limitAt(place)));
    }

    /** Those of the freeze and of what surrounds it. */
    @Test
    void everyLimitOfBothEndsIsOnThePage() throws IOException {
        Set<String> wanted = new TreeSet<>();
        for (String directory : List.of("source", "target")) {
            try (Stream<Path> files =
                    Files.list(
                            ROOT.resolve(
                                    "checkpoint-agent/src/main/java/dev/podmigration/agent/"
                                            + directory))) {
                for (Path file : files.toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    CONSTANT.matcher(Files.readString(file))
                            .results()
                            .forEach(found -> wanted.add(name + "." + found.group(1)));
                }
            }
        }
        // An archive is no migration.
        wanted.remove("ContainerArchive.LIMIT");
        for (RecordComponent limit : TimeLimits.class.getRecordComponents()) {
            wanted.add("TimeLimits." + limit.getName());
        }

        assertThat(told().keySet()).containsAll(wanted);
    }

    private static Map<String, String> told() throws IOException {
        return LIMIT.matcher(Files.readString(PAGE))
                .results()
                .collect(
                        Collectors.toMap(
                                row -> row.group(2) + "." + row.group(3),
                                row -> row.group(1),
                                (first, second) -> first,
                                TreeMap::new));
    }

    private static String limitAt(String place) {
        String owner = place.substring(0, place.indexOf('.'));
        String name = place.substring(place.indexOf('.') + 1);
        return switch (owner) {
            case "TimeLimits" -> readable(operators(name));
            case "Limits" ->
                    readable(Duration.ofSeconds(number(owner, "int " + name + " = (\\d+);")));
            case "launcher" -> readable(Duration.ofSeconds(number("launcher", name + "=(\\d+)")));
            default -> readable(agents(owner, name));
        };
    }

    private static Duration operators(String name) {
        return Arrays.stream(TimeLimits.class.getRecordComponents())
                .filter(component -> component.getName().equals(name))
                .map(
                        component -> {
                            try {
                                return (Duration)
                                        component.getAccessor().invoke(TimeLimits.DEFAULT);
                            } catch (ReflectiveOperationException e) {
                                throw new IllegalStateException(e);
                            }
                        })
                .findFirst()
                .orElseThrow();
    }

    private static Duration agents(String owner, String name) {
        MatchResult found =
                CONSTANT.matcher(source(owner))
                        .results()
                        .filter(constant -> constant.group(1).equals(name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException(owner + " has no " + name));
        long amount = Long.parseLong(found.group(3));
        return switch (found.group(2)) {
            case "Seconds" -> Duration.ofSeconds(amount);
            case "Minutes" -> Duration.ofMinutes(amount);
            case "Hours" -> Duration.ofHours(amount);
            default -> throw new IllegalStateException("Unknown unit " + found.group(2));
        };
    }

    private static long number(String owner, String pattern) {
        return Pattern.compile(pattern)
                .matcher(source(owner))
                .results()
                .map(found -> Long.parseLong(found.group(1)))
                .findFirst()
                .orElseThrow();
    }

    private static String source(String owner) {
        List<String> names = List.of(owner, owner + ".java");
        return Stream.of("checkpoint-agent", "crds")
                .flatMap(module -> below(ROOT.resolve(module).resolve("src/main")).stream())
                .filter(file -> names.contains(file.getFileName().toString()))
                .filter(Files::isRegularFile)
                .map(ProtocolPageTest::read)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no " + owner));
    }

    private static List<Path> below(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String readable(Duration limit) {
        if (limit.toSeconds() % 3600 == 0) {
            return limit.toHours() + " h";
        }
        return limit.toSeconds() % 60 == 0 ? limit.toMinutes() + " min" : limit.toSeconds() + " s";
    }

    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("docs/protocol.md"))) {
            directory = directory.getParent();
        }
        return directory;
    }
}
