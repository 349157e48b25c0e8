package dev.podmigration.agent.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.linux.OpenDirectory;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Names arrive byte for byte, whatever locale the agent was started in. */
class FileNamesTest {
    private static final List<byte[]> NAMES =
            List.of(
                    "\u00e4\u4e2d".getBytes(StandardCharsets.UTF_8),
                    new byte[] {(byte) 0xff, (byte) 0xfe},
                    new byte[] {'a', (byte) 0x80, 'b', (byte) 0xc3},
                    "new\nline %41 \\".getBytes(StandardCharsets.US_ASCII));

    private final Mounts mounts = new Mounts();

    FileNamesTest() throws IOException {}

    @AfterEach
    void unmount() throws IOException {
        mounts.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8", "POSIX"})
    void every_name_arrives(String locale) throws Exception {
        Path source = mounts.directory("source");
        try (OpenDirectory root = OpenDirectory.open(source)) {
            for (byte[] name : NAMES) {
                root.makeDirectory(name);
                try (OpenDirectory directory = root.directory(name)) {
                    directory.create(name).close();
                    directory.makeSymbolicLink(new byte[] {'l', (byte) 0xe9}, name);
                    directory.makeHardLink(new byte[] {'h', (byte) 0xe9}, directory, name);
                }
            }
        }
        Path target = mounts.directory("target");

        ProcessBuilder command =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Agent.class.getName(),
                                source.toString(),
                                target.toString())
                        .redirectErrorStream(true);
        command.environment().put("LC_ALL", locale);
        Process agent = command.start();

        assertThat(agent.onExit().join().exitValue())
                .as(new String(agent.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isZero();
        TreeDescription.assertEqual(locale, source, target);
        try (OpenDirectory root = OpenDirectory.open(target)) {
            assertThat(root.names()).containsExactlyInAnyOrderElementsOf(NAMES);
        }
    }

    /** What runs in the other process. */
    static final class Agent {
        private Agent() {}

        public static void main(String[] arguments) throws Exception {
            Tree tree =
                    new Tree(
                            "tree",
                            Tree.Kind.DIRECTORY,
                            Path.of(arguments[0]),
                            Path.of(arguments[0]),
                            Set.of(TreePath.of("/\u00e4\u00e4/mount")));
            try (Copier copier = new Copier(tree, TargetTree.of(Path.of(arguments[1])))) {
                copier.round(Round.RUNNING);
                copier.round(Round.STOPPED);
            }
        }
    }
}
