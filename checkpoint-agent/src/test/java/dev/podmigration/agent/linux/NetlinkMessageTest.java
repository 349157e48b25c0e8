package dev.podmigration.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.podmigration.agent.linux.NetlinkMessage.Request;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.util.List;

class NetlinkMessageTest {
    @Test
    void what_is_built_is_what_is_parsed() {
        byte[] message =
                new Request(20, 5, 7)
                        .bytes(2, 24, 0, 0)
                        .number(3)
                        .attribute(1, new byte[] {9})
                        .attribute(2, 5, 6)
                        .build();

        List<NetlinkMessage> parsed = NetlinkMessage.parse(message);

        assertThat(parsed).hasSize(1);
        assertThat(parsed.getFirst().type()).isEqualTo(20);
        assertThat(parsed.getFirst().sequence()).isEqualTo(7);
        assertThat(parsed.getFirst().fields().get(1)).isEqualTo((byte) 24);
        assertThat(parsed.getFirst().attributes(8).get(1)).isEqualTo(new byte[] {9});
        assertThat(NetlinkMessage.number(parsed.getFirst().attributes(8).get(2))).isEqualTo(5);
    }

    @Test
    void several_messages_of_one_datagram_are_told_apart_even_with_padding() {
        ByteArrayOutputStream datagram = new ByteArrayOutputStream();
        for (int i = 1; i <= 3; i++) {
            datagram.writeBytes(new Request(i, 0, i).attribute(1, new byte[i]).build());
        }

        assertThat(NetlinkMessage.parse(datagram.toByteArray()))
                .extracting(NetlinkMessage::type)
                .containsExactly(1, 2, 3);
    }

    @Test
    void a_message_that_is_cut_off_is_refused() {
        byte[] message = new Request(1, 0, 1).attribute(1, new byte[20]).build();
        byte[] cut = java.util.Arrays.copyOf(message, message.length - 4);

        assertThatIllegalArgumentException().isThrownBy(() -> NetlinkMessage.parse(cut));
    }

    @Test
    void a_text_loses_its_final_zero_only() {
        assertThat(NetlinkMessage.text(new byte[] {'l', 'o', 0})).isEqualTo("lo");
        assertThat(NetlinkMessage.text(new byte[] {'l', 'o'})).isEqualTo("lo");
        assertThat(NetlinkMessage.text(new byte[0])).isEmpty();
    }
}
