import com.google.googlejavaformat.java.Main;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks or applies google-java-format (AOSP style) to every Java source below a directory. Run by
 * the build on the JDK that compiles the sources: {@code java -cp google-java-format.jar
 * JavaFormat.java check|apply DIRECTORY}.
 */
class JavaFormat {
    public static void main(String[] arguments) throws Exception {
        var directory = Path.of(arguments[1]);
        var files = javaFilesBelow(directory);
        if (files.isEmpty()) {
            return;
        }
        var options =
                switch (arguments[0]) {
                    case "check" -> List.of("--aosp", "--dry-run", "--set-exit-if-changed");
                    case "apply" -> List.of("--aosp", "--replace");
                    default -> throw new IllegalArgumentException(arguments[0]);
                };
        var command = new ArrayList<String>(options);
        command.addAll(files);
        var out = new PrintWriter(System.err, true);
        int exit = new Main(out, out, System.in).format(command.toArray(String[]::new));
        if (arguments[0].equals("apply")) {
            // Strings that the first run splits get their final indentation in the second.
            exit |= new Main(out, out, System.in).format(command.toArray(String[]::new));
        }
        if (exit != 0) {
            System.err.println("Format the files above with: mvn -Pformat validate");
        }
        System.exit(exit);
    }

    private static List<String> javaFilesBelow(Path directory) throws IOException {
        var files = new ArrayList<String>();
        if (!Files.exists(directory)) {
            return files;
        }
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path path, BasicFileAttributes attributes) {
                        var name = path.getFileName().toString();
                        boolean built =
                                name.equals("target")
                                        && Files.exists(path.resolveSibling("pom.xml"));
                        return built || name.startsWith(".")
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                        if (path.toString().endsWith(".java")) {
                            files.add(path.toString());
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return files;
    }
}
