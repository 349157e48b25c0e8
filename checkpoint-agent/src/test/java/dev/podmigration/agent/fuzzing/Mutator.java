package dev.podmigration.agent.fuzzing;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes what is right in ways that are not. The same seed changes the same. */
public final class Mutator {

    private static final long[] EXTREME_NUMBERS = {
        0,
        1,
        -1,
        7,
        255,
        4096,
        65536,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    /** Small ones: nothing that exists on the machine that runs the test is named. */
    private static final List<String> NAMES =
            List.of(
                    "",
                    ".",
                    "..",
                    "/",
                    "a",
                    "b",
                    "a/b",
                    "a/../b",
                    "../planted",
                    "/planted",
                    "a//b",
                    "a/",
                    "b\0a",
                    "a\nb",
                    "link/planted",
                    "root/main",
                    "volume/../..",
                    "main",
                    "x".repeat(256),
                    "x/".repeat(3000),
                    "\u00e4\u4e16",
                    "tree");

    private final Random random;

    public Mutator(long seed) {
        this.random = new Random(seed);
    }

    public Random random() {
        return random;
    }

    /** Some bytes are others, more, fewer or somewhere else. */
    public byte[] bytes(byte[] right) {
        byte[] wrong = right.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            wrong =
                    switch (random.nextInt(5)) {
                        case 0 -> flipped(wrong);
                        case 1 -> Arrays.copyOf(wrong, random.nextInt(wrong.length + 1));
                        case 2 -> joined(wrong, noise(random.nextInt(64)));
                        case 3 -> joined(wrong, part(wrong));
                        default -> overwritten(wrong);
                    };
        }
        return wrong;
    }

    public byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    private byte[] flipped(byte[] bytes) {
        if (bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private byte[] overwritten(byte[] bytes) {
        for (int i = 0; i < 4 && bytes.length > 0; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? 0xff : 0);
        }
        return bytes;
    }

    private byte[] part(byte[] bytes) {
        int from = random.nextInt(bytes.length + 1);
        return Arrays.copyOfRange(bytes, from, from + random.nextInt(bytes.length - from + 1));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    /** The same message with some field of it, or of a message in it, made extreme. */
    public <M extends Message> M message(M right) {
        Message.Builder changed = right.toBuilder();
        change(changed);
        @SuppressWarnings("unchecked") // It was built by the message's own builder.
        M wrong = (M) changed.build();
        return wrong;
    }

    /** A message of that type with whatever in it. */
    public <M extends Message> M anyMessage(M type) {
        Message.Builder filled = type.newBuilderForType();
        fill(filled, 4);
        @SuppressWarnings("unchecked") // As above.
        M any = (M) filled.build();
        return any;
    }

    private void change(Message.Builder message) {
        List<FieldDescriptor> fields = message.getDescriptorForType().getFields();
        FieldDescriptor field = fields.get(random.nextInt(fields.size()));
        boolean deeper =
                field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                        && !field.isRepeated()
                        && message.hasField(field);
        if (deeper) {
            change(message.getFieldBuilder(field));
        } else if (field.isRepeated() && message.getRepeatedFieldCount(field) > 0) {
            int index = random.nextInt(message.getRepeatedFieldCount(field));
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && random.nextBoolean()) {
                change(message.getRepeatedFieldBuilder(field, index));
            } else if (random.nextBoolean()) {
                message.addRepeatedField(field, message.getRepeatedField(field, index));
            } else {
                message.setRepeatedField(field, index, value(message, field, 2));
            }
        } else if (random.nextInt(4) == 0) {
            message.clearField(field);
        } else {
            set(message, field, 2);
        }
    }

    private void fill(Message.Builder message, int depth) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (random.nextInt(3) > 0) {
                set(message, field, depth);
            }
        }
    }

    private void set(Message.Builder message, FieldDescriptor field, int depth) {
        if (!field.isRepeated()) {
            message.setField(field, value(message, field, depth));
            return;
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            message.addRepeatedField(field, value(message, field, depth));
        }
    }

    private Object value(Message.Builder in, FieldDescriptor field, int depth) {
        return switch (field.getJavaType()) {
            case INT -> (int) number();
            case LONG -> number();
            case FLOAT -> random.nextFloat();
            case DOUBLE -> random.nextDouble();
            case BOOLEAN -> random.nextBoolean();
            case STRING -> NAMES.get(random.nextInt(NAMES.size()));
            case BYTE_STRING ->
                    random.nextBoolean()
                            ? ByteString.copyFrom(noise(random.nextInt(100)))
                            : ByteString.copyFrom(
                                    NAMES.get(random.nextInt(NAMES.size()))
                                            .getBytes(StandardCharsets.UTF_8));
            case ENUM -> {
                List<EnumValueDescriptor> values = field.getEnumType().getValues();
                yield values.get(random.nextInt(values.size()));
            }
            case MESSAGE -> {
                Message.Builder inner = in.newBuilderForField(field);
                if (depth > 0) {
                    fill(inner, depth - 1);
                }
                yield inner.build();
            }
        };
    }

    private long number() {
        return random.nextInt(3) == 0
                ? random.nextInt(20)
                : EXTREME_NUMBERS[random.nextInt(EXTREME_NUMBERS.length)];
    }
}
