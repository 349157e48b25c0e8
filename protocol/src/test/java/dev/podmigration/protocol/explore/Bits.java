package dev.podmigration.protocol.explore;

import org.jspecify.annotations.Nullable;

/**
 * A state as 128 bits. A state names its fields one after the other to {@link #next}; the same code
 * writes and reads them, so that none can be forgotten on one side.
 */
public final class Bits {

    public static final int SIZE = 128;

    private final boolean reading;
    private long low;
    private long high;
    private int used;

    private Bits(boolean reading, long low, long high) {
        this.reading = reading;
        this.low = low;
        this.high = high;
    }

    static Bits write() {
        return new Bits(false, 0, 0);
    }

    static Bits read(long low, long high) {
        return new Bits(true, low, high);
    }

    /**
     * The value of a field, as it is to be from now on.
     *
     * @param values all of the type, in their order
     */
    @SuppressWarnings("EnumOrdinal") // No state outlives its program.
    public <E extends Enum<E>> E next(E value, E[] values) {
        return values[next(value.ordinal(), values.length)];
    }

    /** The same for a field that may have none. */
    @SuppressWarnings("EnumOrdinal")
    public <E extends Enum<E>> @Nullable E nextOrNone(@Nullable E value, E[] values) {
        int number = next(value == null ? 0 : value.ordinal() + 1, values.length + 1);
        return number == 0 ? null : values[number - 1];
    }

    public boolean next(boolean value) {
        return next(value ? 1 : 0, 2) == 1;
    }

    /**
     * A number.
     *
     * @param count of values, from 0 on
     */
    public int next(int value, int count) {
        int width = 32 - Integer.numberOfLeadingZeros(count - 1);
        int at = used;
        used += width;
        if (used > SIZE || value >= count) {
            throw new IllegalStateException("A state has too many fields, or too large values");
        }
        if (reading) {
            long word =
                    at >= Long.SIZE
                            ? high >>> (at - Long.SIZE)
                            : low >>> at | (at == 0 ? 0 : high << (Long.SIZE - at));
            return (int) (word & ((1L << width) - 1));
        }
        if (at >= Long.SIZE) {
            high |= (long) value << (at - Long.SIZE);
        } else {
            low |= (long) value << at;
            if (at > 0 && used > Long.SIZE) {
                high |= (long) value >>> (Long.SIZE - at);
            }
        }
        return value;
    }

    long low() {
        return low;
    }

    long high() {
        return high;
    }
}
