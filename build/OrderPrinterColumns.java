import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.HasMetadata;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Puts the printer columns of generated CRDs into the order in which the API type declares them.
 * The generator sorts them by JSON path and has no setting for that, but {@code kubectl get} should
 * read like a sentence. Run by the build: {@code java -cp ... OrderPrinterColumns.java DIRECTORY
 * CLASS...}.
 */
class OrderPrinterColumns {
    private static final Pattern COLUMNS =
            Pattern.compile("(?<=  - additionalPrinterColumns:\n)(?: {4}- .*\n(?: {6}.*\n)+)+");
    private static final Pattern COLUMN = Pattern.compile(" {4}- .*\n(?: {6}.*\n)+");
    private static final Pattern NAME = Pattern.compile("(?m)^ {6}name: \"(.+)\"$");

    public static void main(String[] arguments) throws Exception {
        var directory = Path.of(arguments[0]);
        for (var className : Arrays.asList(arguments).subList(1, arguments.length)) {
            var type = Class.forName(className).asSubclass(HasMetadata.class);
            var file = directory.resolve(HasMetadata.getFullResourceName(type) + "-v1.yml");
            var declared =
                    Arrays.stream(type.getAnnotationsByType(AdditionalPrinterColumn.class))
                            .map(AdditionalPrinterColumn::name)
                            .toList();
            Files.writeString(file, reordered(Files.readString(file), declared));
        }
    }

    private static String reordered(String crd, List<String> declared) {
        var block = COLUMNS.matcher(crd);
        if (!block.find()) {
            throw new IllegalStateException("no printer columns where they were expected");
        }
        Map<String, String> columnByName = new HashMap<>();
        COLUMN.matcher(block.group())
                .results()
                .forEach(column -> columnByName.put(name(column.group()), column.group()));
        if (!columnByName.keySet().containsAll(declared)
                || columnByName.size() != declared.size()) {
            throw new IllegalStateException(columnByName.keySet() + " are not " + declared);
        }
        var ordered = declared.stream().map(columnByName::get).collect(Collectors.joining());
        return crd.substring(0, block.start()) + ordered + crd.substring(block.end());
    }

    private static String name(String column) {
        var name = NAME.matcher(column);
        if (!name.find()) {
            throw new IllegalStateException("column without a name:\n" + column);
        }
        return name.group(1);
    }
}
