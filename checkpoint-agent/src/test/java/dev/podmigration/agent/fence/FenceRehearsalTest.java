package dev.podmigration.agent.fence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.testnetwork.TestNetwork;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Set;

class FenceRehearsalTest {
    private final PacketFilter filter = new NftPacketFilter();

    @BeforeEach
    void needRoot() throws IOException {
        new TestNetwork();
    }

    @Test
    void this_machine_can_do_all_of_it_and_keeps_nothing() throws Exception {
        FenceRehearsal.run(filter);

        assertThatCode(() -> FenceRehearsal.run(filter)).doesNotThrowAnyException();
        try (NetworkNamespace own = NetworkNamespace.ofThisProcess()) {
            assertThat(filter.present(own)).doesNotContain(new FilterId("rehearsal"));
        }
    }

    @Test
    void what_the_kernel_lacks_is_reported() {
        PacketFilter old = new WithoutEgress(filter);

        assertThatExceptionOfType(FilterException.class)
                .isThrownBy(() -> FenceRehearsal.run(old))
                .satisfies(
                        e ->
                                assertThat(e.kind())
                                        .isEqualTo(FilterException.Kind.EGRESS_HOOK_MISSING));
    }

    /** A kernel before 5.16. */
    private record WithoutEgress(PacketFilter filter) implements PacketFilter {
        @Override
        public PreparedChange silence(FilterId id, LinkEnd nodeEnd) throws FilterException {
            throw new FilterException(
                    FilterException.Kind.REFUSED, "no egress", new IOException("refused"));
        }

        @Override
        public PreparedChange mute(FilterId id, LinkEnd nodeEnd)
                throws IOException, InterruptedException {
            return filter.mute(id, nodeEnd);
        }

        @Override
        public PreparedChange dropInput(FilterId id, NetworkNamespace pod)
                throws IOException, InterruptedException {
            return filter.dropInput(id, pod);
        }

        @Override
        public PreparedChange lift(FilterId id, NetworkNamespace namespace)
                throws IOException, InterruptedException {
            return filter.lift(id, namespace);
        }

        @Override
        public Set<FilterId> present(NetworkNamespace namespace)
                throws IOException, InterruptedException {
            return filter.present(namespace);
        }

        @Override
        public void prove(NetworkNamespace namespace) throws FilterException {
            throw new FilterException(
                    FilterException.Kind.EGRESS_HOOK_MISSING,
                    "no egress",
                    new IOException("refused"));
        }
    }
}
