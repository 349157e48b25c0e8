package dev.podmigration.agent.atrest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Random;

class RestKeyTest {

    private static final int SALT = 32;
    private static final int SEALED_CHUNK = SealedOutput.CHUNK + ChunkCipher.TAG_BYTES;
    private static final String MARKER = "the-password-of-the-database";

    @TempDir Path directory;

    private final RestKey key = RestKey.ofThisProcess();
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("spool");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0,
                1,
                SealedOutput.CHUNK - 1,
                SealedOutput.CHUNK,
                SealedOutput.CHUNK + 1,
                3 * SealedOutput.CHUNK
            })
    void what_was_sealed_is_opened(int length) throws Exception {
        byte[] content = content(length);
        seal(content);

        assertThat(open()).isEqualTo(content);
    }

    @Test
    void it_may_be_written_and_read_in_pieces() throws Exception {
        byte[] content = content(200_000);
        try (OutputStream out = key.seal(file)) {
            out.write(content[0]);
            for (int at = 1; at < content.length; at += 777) {
                out.write(content, at, Math.min(777, content.length - at));
            }
        }

        byte[] read = new byte[content.length];
        try (InputStream in = key.open(file)) {
            read[0] = (byte) in.read();
            assertThat(in.readNBytes(read, 1, read.length - 1)).isEqualTo(read.length - 1);
            assertThat(in.read()).isEqualTo(-1);
        }
        assertThat(read).isEqualTo(content);
    }

    @Test
    void nothing_of_it_is_legible_on_the_disk() throws Exception {
        seal(MARKER.repeat(5000).getBytes(StandardCharsets.UTF_8));

        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(MARKER);
    }

    @Test
    void equal_content_looks_different_in_each_file() throws Exception {
        seal(content(1000));
        byte[] first = Files.readAllBytes(file);
        seal(content(1000));

        byte[] second = Files.readAllBytes(file);
        assertThat(second).hasSameSizeAs(first);
        assertThat(Arrays.mismatch(first, second)).isZero();
        assertThat(Arrays.copyOfRange(second, SALT, SALT + 16))
                .isNotEqualTo(Arrays.copyOfRange(first, SALT, SALT + 16));
    }

    @Test
    void the_file_is_the_owners_alone_even_if_there_was_another() throws Exception {
        Files.writeString(file, "readable by all");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        seal(content(10));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void another_key_opens_nothing() throws Exception {
        seal(content(10));

        assertRefused(() -> RestKey.ofThisProcess().open(file).readAllBytes());
    }

    @Test
    void every_changed_byte_is_noticed() throws Exception {
        seal(content(100));
        byte[] sealed = Files.readAllBytes(file);
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            Files.write(file, changed);
            assertRefused(this::open);
        }
    }

    @Test
    void every_missing_end_is_noticed() throws Exception {
        seal(content(SealedOutput.CHUNK + 50));
        byte[] sealed = Files.readAllBytes(file);
        for (int length :
                new int[] {0, 1, SALT, SALT + 1, SALT + SEALED_CHUNK, sealed.length - 1}) {
            Files.write(file, Arrays.copyOf(sealed, length));
            assertRefused(this::open);
        }
    }

    @Test
    void chunks_in_another_order_are_noticed() throws Exception {
        seal(content(3 * SealedOutput.CHUNK));
        byte[] sealed = Files.readAllBytes(file);
        byte[] swapped = sealed.clone();
        System.arraycopy(sealed, SALT, swapped, SALT + SEALED_CHUNK, SEALED_CHUNK);
        System.arraycopy(sealed, SALT + SEALED_CHUNK, swapped, SALT, SEALED_CHUNK);
        Files.write(file, swapped);

        assertRefused(this::open);
    }

    @Test
    void a_file_that_was_not_closed_does_not_open() throws Exception {
        OutputStream out = key.seal(file);
        out.write(content(2 * SealedOutput.CHUNK));

        assertRefused(this::open);
        out.close();
    }

    @Test
    void a_kept_key_is_the_same_until_its_file_is_gone() throws Exception {
        Path kept = directory.resolve("key");
        seal(RestKey.keptIn(kept), content(10));

        assertThat(open(RestKey.keptIn(kept))).isEqualTo(content(10));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
                .isEqualTo("rw-------");
        Files.delete(kept);
        assertThatIOException().isThrownBy(() -> RestKey.readFrom(kept));
        assertRefused(() -> open(RestKey.keptIn(kept)));
    }

    @Test
    void half_a_key_is_none() throws Exception {
        Path kept = directory.resolve("key");
        Files.write(kept, new byte[7]);

        assertThatIOException().isThrownBy(() -> RestKey.keptIn(kept));
    }

    private interface Reading {
        Object read() throws IOException;
    }

    private static void assertRefused(Reading reading) {
        assertThatIOException().isThrownBy(reading::read).withMessageContaining("cut off");
    }

    private void seal(byte[] content) throws IOException {
        seal(key, content);
    }

    private void seal(RestKey with, byte[] content) throws IOException {
        try (OutputStream out = with.seal(file)) {
            out.write(content);
        }
    }

    private byte[] open() throws IOException {
        return open(key);
    }

    private byte[] open(RestKey with) throws IOException {
        try (InputStream in = with.open(file)) {
            return in.readAllBytes();
        }
    }

    /** The same bytes for the same length. */
    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }
}
