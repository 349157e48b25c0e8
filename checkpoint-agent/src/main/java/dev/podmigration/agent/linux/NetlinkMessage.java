package dev.podmigration.agent.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One netlink(7) message: a header, a fixed structure of the message's type, attributes, all in the
 * machine's byte order.
 */
final class NetlinkMessage {
    static final int ERROR = 2;
    static final int DONE = 3;

    private static final int HEADER = 16;

    private static final int NESTED = 0x8000;

    /** The two top bits say "nested" and "network byte order". */
    private static final int ATTRIBUTE_TYPE = 0x3fff;

    private final int type;
    private final int sequence;
    private final byte[] body;

    private NetlinkMessage(int type, int sequence, byte[] body) {
        this.type = type;
        this.sequence = sequence;
        this.body = body;
    }

    int type() {
        return type;
    }

    int sequence() {
        return sequence;
    }

    /** Splits what one receive call delivered. */
    static List<NetlinkMessage> parse(byte[] datagram) {
        List<NetlinkMessage> messages = new ArrayList<>();
        ByteBuffer in = wrap(datagram);
        int start = 0;
        while (start + HEADER <= datagram.length) {
            int length = in.getInt(start);
            if (length < HEADER || start + length > datagram.length) {
                throw new IllegalArgumentException(
                        "netlink message of " + length + " bytes at " + start);
            }
            byte[] body = new byte[length - HEADER];
            in.get(start + HEADER, body);
            messages.add(
                    new NetlinkMessage(
                            in.getShort(start + 4) & 0xffff, in.getInt(start + 8), body));
            start += align(length);
        }
        return messages;
    }

    /** The attributes behind a structure of this size. */
    Map<Integer, byte[]> attributes(int structureBytes) {
        return attributes(body, structureBytes);
    }

    /** Attributes inside an attribute. */
    static Map<Integer, byte[]> nested(byte[] attribute) {
        return attributes(attribute, 0);
    }

    /** Of one that appears twice the last. */
    private static Map<Integer, byte[]> attributes(byte[] bytes, int from) {
        Map<Integer, byte[]> attributes = new HashMap<>();
        ByteBuffer in = wrap(bytes);
        int start = from;
        while (start + 4 <= bytes.length) {
            int length = in.getShort(start) & 0xffff;
            if (length < 4 || start + length > bytes.length) {
                throw new IllegalArgumentException(
                        "netlink attribute of " + length + " bytes at " + start);
            }
            byte[] value = new byte[length - 4];
            in.get(start + 4, value);
            attributes.put(in.getShort(start + 2) & ATTRIBUTE_TYPE, value);
            start += align(length);
        }
        return attributes;
    }

    /** The fixed structure, to be read at its offsets. */
    ByteBuffer fields() {
        return wrap(body);
    }

    static int number(byte[] attribute) {
        return wrap(attribute).getInt();
    }

    /** A string without its final zero. */
    static String text(byte[] attribute) {
        int length =
                attribute.length > 0 && attribute[attribute.length - 1] == 0
                        ? attribute.length - 1
                        : attribute.length;
        return new String(attribute, 0, length, StandardCharsets.UTF_8);
    }

    private static ByteBuffer wrap(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    private static int align(int length) {
        return (length + 3) & ~3;
    }

    /** Puts a request together. */
    static final class Request {
        private final ByteBuffer out = ByteBuffer.allocate(2048).order(ByteOrder.nativeOrder());

        Request(int type, int flags, int sequence) {
            out.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(0);
        }

        /** The next bytes of the fixed structure. */
        Request bytes(int... values) {
            for (int value : values) {
                out.put((byte) value);
            }
            return this;
        }

        Request number(int value) {
            out.putInt(value);
            return this;
        }

        Request attribute(int type, byte[] value) {
            out.putShort((short) (4 + value.length)).putShort((short) type).put(value);
            while (out.position() % 4 != 0) {
                out.put((byte) 0);
            }
            return this;
        }

        Request attribute(int type, int... values) {
            ByteBuffer value =
                    ByteBuffer.allocate(4 * values.length).order(ByteOrder.nativeOrder());
            for (int number : values) {
                value.putInt(number);
            }
            return attribute(type, value.array());
        }

        /** A number in network byte order, as netfilter wants it. */
        Request networkNumber(int type, int value) {
            return attribute(type, ByteBuffer.allocate(4).putInt(value).array());
        }

        /** A string with its final zero. */
        Request text(int type, String value) {
            return attribute(type, (value + '\0').getBytes(StandardCharsets.UTF_8));
        }

        /** An attribute that consists of attributes. */
        Request nest(int type, Consumer<Request> content) {
            int start = out.position();
            out.putShort((short) 0).putShort((short) (type | NESTED));
            content.accept(this);
            out.putShort(start, (short) (out.position() - start));
            return this;
        }

        byte[] build() {
            out.putInt(0, out.position());
            byte[] message = new byte[out.position()];
            out.get(0, message);
            return message;
        }
    }
}
