package dev.podmigration.pages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation, in the Markdown that these pages use: ATX headings, fenced blocks
 * and inline links.
 *
 * @param file absolute
 * @param name relative to the project's directory
 * @param prose lines outside of fenced blocks
 */
public record Page(Path file, String name, List<String> prose, List<Block> blocks) {
    private static final String FENCE = "```";
    private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*)");
    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");

    public Page {
        prose = List.copyOf(prose);
        blocks = List.copyOf(blocks);
    }

    /** Every page that is written for users or developers, in the order of their names. */
    public static List<Page> all(Path project) {
        try (Stream<Path> top = Files.list(project);
                Stream<Path> docs = Files.walk(project.resolve("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.getFileName().toString().endsWith(".md"))
                    .sorted()
                    .map(file -> read(project, file))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Page read(Path project, Path file) {
        try {
            return parse(file, project.relativize(file).toString(), Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Page parse(Path file, String name, List<String> lines) {
        List<String> prose = new ArrayList<>();
        List<Block> blocks = new ArrayList<>();
        for (int at = 0; at < lines.size(); at++) {
            if (!lines.get(at).startsWith(FENCE)) {
                prose.add(lines.get(at));
                continue;
            }
            String[] info = lines.get(at).substring(FENCE.length()).strip().split(" +", 2);
            String place = name + ":" + (at + 1);
            StringBuilder text = new StringBuilder();
            for (at++; at < lines.size() && !lines.get(at).equals(FENCE); at++) {
                text.append(lines.get(at)).append('\n');
            }
            if (at == lines.size()) {
                throw new IllegalArgumentException(place + ": the block has no end");
            }
            blocks.add(new Block(place, info[0], info.length > 1 ? info[1] : "", text.toString()));
        }
        return new Page(file, name, prose, blocks);
    }

    /** Headings of any level, without their number signs. */
    public List<String> headings() {
        return prose.stream()
                .map(HEADING::matcher)
                .filter(heading -> heading.matches())
                .map(heading -> heading.group(1))
                .toList();
    }

    /** Names by which links reach the headings, as forges make them. */
    public List<String> anchors() {
        return headings().stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .toList();
    }

    /** Targets of the links, as written. */
    public List<String> links() {
        return prose.stream()
                .map(line -> CODE.matcher(line).replaceAll(""))
                .flatMap(line -> LINK.matcher(line).results().map(Page::target))
                .toList();
    }

    private static String target(MatchResult link) {
        return link.group(1);
    }

    @Override
    public String toString() {
        return name;
    }
}
