package dev.podmigration.agent.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.FileMutex;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Plays the part of host-local: it removes the files whose content is exactly the sandbox and its
 * interface.
 */
class AddressReservationTest {
    private static final String SANDBOX = "3f0c".repeat(16);
    private static final String OWNER = "checkpoint-1";
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("10.9.0.2");

    @TempDir Path networks;

    private Path network;
    private AddressReservation reservation;

    @BeforeEach
    void allocate() throws IOException {
        network = Files.createDirectory(networks.resolve("pods"));
        Files.createDirectory(networks.resolve("another"));
        Files.writeString(network.resolve("lock"), "");
        Files.writeString(network.resolve("last_reserved_ip.0"), "10.9.0.3");
        Files.writeString(network.resolve("10.9.0.2"), SANDBOX + "\r\neth0");
        Files.writeString(network.resolve("10.9.0.3"), "other\r\neth0");
        reservation = new AddressReservation(networks);
    }

    @Test
    void a_taken_address_survives_the_deletion_of_its_pod_until_it_is_released() throws Exception {
        assertThat(reservation.take(ADDRESS, SANDBOX, OWNER)).isTrue();

        hostLocalDelete(SANDBOX);
        assertThat(network.resolve("10.9.0.2")).exists();
        assertThat(reservation.takenBy(OWNER)).containsExactly(ADDRESS);

        assertThat(reservation.release(ADDRESS, OWNER)).isTrue();
        assertThat(network.resolve("10.9.0.2")).doesNotExist();
        assertThat(reservation.takenBy(OWNER)).isEmpty();
        assertThat(reservation.release(ADDRESS, OWNER)).isFalse();
    }

    @Test
    void giving_back_leaves_the_file_as_it_was() throws Exception {
        assertThat(reservation.take(ADDRESS, SANDBOX, OWNER)).isTrue();
        assertThat(reservation.take(ADDRESS, SANDBOX, OWNER)).as("again after a crash").isTrue();

        assertThat(reservation.giveBack(ADDRESS, OWNER)).isTrue();

        assertThat(network.resolve("10.9.0.2")).hasContent(SANDBOX + "\r\neth0");
        assertThat(reservation.giveBack(ADDRESS, OWNER)).isFalse();
        hostLocalDelete(SANDBOX);
        assertThat(network.resolve("10.9.0.2")).doesNotExist();
    }

    @Test
    void what_belongs_to_somebody_else_is_left_alone() throws Exception {
        assertThat(reservation.take(InetAddress.ofLiteral("10.9.0.3"), SANDBOX, OWNER)).isFalse();
        assertThat(reservation.release(InetAddress.ofLiteral("10.9.0.3"), OWNER)).isFalse();
        assertThat(reservation.take(ADDRESS, SANDBOX, OWNER)).isTrue();
        assertThat(reservation.take(ADDRESS, SANDBOX, "checkpoint-2")).isFalse();
        assertThat(reservation.release(ADDRESS, "checkpoint")).isFalse();
        assertThat(reservation.giveBack(ADDRESS, "checkpoint-2")).isFalse();

        assertThat(network.resolve("10.9.0.3")).hasContent("other\r\neth0");
        assertThat(reservation.takenBy(OWNER)).containsExactly(ADDRESS);
    }

    @Test
    void an_address_without_a_reservation_cannot_be_taken() throws Exception {
        assertThat(reservation.take(InetAddress.ofLiteral("10.9.0.77"), SANDBOX, OWNER)).isFalse();
        assertThat(
                        new AddressReservation(networks.resolve("missing"))
                                .take(ADDRESS, SANDBOX, OWNER))
                .isFalse();
    }

    @Test
    void an_ipv6_address_is_found_however_it_is_written() throws Exception {
        Files.writeString(network.resolve("fd00:9::2"), SANDBOX + "\r\neth0");
        InetAddress address = InetAddress.ofLiteral("fd00:9:0:0:0:0:0:2");

        assertThat(reservation.take(address, SANDBOX, OWNER)).isTrue();

        hostLocalDelete(SANDBOX);
        assertThat(network.resolve("fd00:9::2")).exists();
    }

    @Test
    void nothing_is_changed_while_the_plugin_holds_its_lock() throws Exception {
        Thread taking;
        try (FileMutex _ = FileMutex.lock(network.resolve("lock"), Duration.ZERO)) {
            taking =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            reservation.take(ADDRESS, SANDBOX, OWNER);
                                        } catch (IOException | InterruptedException e) {
                                            throw new AssertionError(e);
                                        }
                                    });
            assertThat(taking.join(Duration.ofMillis(200))).isFalse();
            assertThat(reservation.takenBy(OWNER)).isEmpty();
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> FileMutex.lock(network.resolve("lock"), Duration.ZERO))
                    .satisfies(e -> assertThat(e.errnoName()).isEqualTo("EAGAIN"));
        }

        assertThat(taking.join(Duration.ofSeconds(10))).isTrue();
        assertThat(reservation.takenBy(OWNER)).containsExactly(ADDRESS);
    }

    @Test
    void an_owner_cannot_pretend_to_be_more_than_a_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reservation.take(ADDRESS, SANDBOX, "a\r\nb"));
    }

    private void hostLocalDelete(String sandbox) throws IOException {
        try (var files = Files.newDirectoryStream(network)) {
            for (Path file : files) {
                if (Files.readString(file).strip().equals(sandbox + "\r\neth0")) {
                    Files.delete(file);
                }
            }
        }
    }
}
