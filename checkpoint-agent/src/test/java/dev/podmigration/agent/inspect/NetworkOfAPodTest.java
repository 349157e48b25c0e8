package dev.podmigration.agent.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;

/** Tables as Linux 6.18 printed them. */
class NetworkOfAPodTest {

    private static final List<String> TCP =
            List.of(
                    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt  "
                            + " uid  timeout inode",
                    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  "
                            + "   0        0 100 1 0000000000000000 100 0 0 10 0",
                    "   1: 0100007F:1F90 0100007F:8E2A 01 00000000:00000000 00:00000000 00000000  "
                            + "   0        0 101 1 0000000000000000 20 4 30 10 -1",
                    "   2: 0100007F:8E2A 0100007F:1F90 08 00000000:00000000 00:00000000 00000000  "
                            + "   0        0 102 1 0000000000000000 20 4 30 10 -1",
                    "   3: 0100007F:8E2C 0100007F:1F90 06 00000000:00000000 03:00001756 00000000  "
                            + "   0        0 0 3 0000000000000000");

    @Test
    void onlySocketsOfTheContainerCountEachInItsState() {
        assertThat(SocketStates.count(TCP, Set.of(100L, 102L)))
                .containsOnlyKeys("LISTEN", "CLOSE_WAIT")
                .containsValue(1);
        assertThat(SocketStates.count(TCP, Set.of(0L, 101L)))
                .containsOnlyKeys("ESTABLISHED", "TIME_WAIT");
        assertThat(SocketStates.count(TCP, Set.of())).isEmpty();
        assertThat(SocketStates.count(List.of("", "nonsense"), Set.of(1L))).isEmpty();
    }

    @Test
    void groupsThatAProgramJoinedAreFoundAndTheKernelsOwnAreNot() {
        List<String> igmp =
                List.of(
                        "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter",
                        "1\tlo        :     1      V3",
                        "\t\t\t\t010000E0     1 0:00000000\t\t0",
                        "2\teth0      :     2      V3",
                        "\t\t\t\t030201EF     1 0:00000000\t\t0",
                        "\t\t\t\t010000E0     1 0:00000000\t\t0");
        List<String> igmp6 =
                List.of(
                        "2    eth0            ff050000000000000000000000000123     1 00000004 0",
                        "2    eth0            ff0200000000000000000001ff0a0b0c     1 00000004 0",
                        "2    eth0            ff020000000000000000000000000001     1 0000000C 0",
                        "1    lo              ff010000000000000000000000000001     1 00000008 0");

        assertThat(MulticastGroups.joined(igmp, igmp6))
                .containsExactly("239.1.2.3", "ff05:0:0:0:0:0:0:123");
    }

    @Test
    void aPodThatJoinedNothingIsAMemberOfNothing() {
        assertThat(MulticastGroups.joined(List.of(), List.of())).isEmpty();
    }
}
