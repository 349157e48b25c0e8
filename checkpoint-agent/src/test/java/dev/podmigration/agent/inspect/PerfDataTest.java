package dev.podmigration.agent.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

class PerfDataTest {

    @Test
    void numbersAndTextsAreReadByTheirNames() {
        PerfData data = PerfData.of(file());

        assertThat(data.number("sun.gc.generation.0.capacity")).hasValue(4096);
        assertThat(data.text("sun.gc.policy.name")).contains("GarbageFirst");
        assertThat(data.number("sun.gc.policy.name")).isEmpty();
        assertThat(data.text("unknown")).isEmpty();
    }

    @Test
    void ofAFileThatIsCutOffCountsWhatStandsBefore() {
        byte[] whole = file();
        for (int length = 0; length < whole.length; length++) {
            PerfData data = PerfData.of(Arrays.copyOf(whole, length));
            assertThat(data.text("unknown")).isEmpty();
        }
        assertThat(
                        PerfData.of(Arrays.copyOf(whole, whole.length - 8))
                                .number("sun.gc.generation.0.capacity"))
                .hasValue(4096);
    }

    @Test
    void whateverAContainerWritesThereReadingItEnds() {
        Random random = new Random(1);
        for (int round = 0; round < 20_000; round++) {
            byte[] damaged = file();
            for (int change = 0; change < 4; change++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            assertThat(PerfData.of(damaged).text("unknown")).isEmpty();
        }
    }

    @Test
    void anotherFileIsNoStatistics() {
        assertThat(PerfData.of(new byte[64]).number("")).isEmpty();
    }

    /** As HotSpot on a little-endian machine writes it: a number, then a text. */
    private static byte[] file() {
        ByteBuffer buffer = ByteBuffer.allocate(32 + 64 + 80).order(ByteOrder.LITTLE_ENDIAN);
        buffer.order(ByteOrder.BIG_ENDIAN).putInt(0, 0xcafec0c0);
        buffer.order(ByteOrder.LITTLE_ENDIAN).put(4, (byte) 1);
        buffer.putInt(24, 32).putInt(28, 2);
        entry(buffer, 32, 64, "sun.gc.generation.0.capacity", 'J', 0, 56);
        buffer.putLong(32 + 56, 4096);
        entry(buffer, 96, 80, "sun.gc.policy.name", 'B', 32, 40);
        buffer.put(96 + 40, "GarbageFirst".getBytes(ISO_8859_1));
        return buffer.array();
    }

    private static void entry(
            ByteBuffer buffer, int at, int length, String name, char type, int vector, int data) {
        buffer.putInt(at, length).putInt(at + 4, 20).putInt(at + 8, vector);
        buffer.put(at + 12, (byte) type).putInt(at + 16, data);
        buffer.put(at + 20, name.getBytes(ISO_8859_1));
    }
}
