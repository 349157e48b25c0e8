package dev.podmigration.agent.linux;

import java.util.HexFormat;

/** An Ethernet address, written in lower case with colons. */
public record MacAddress(String text) {
    private static final HexFormat FORMAT =
            HexFormat.ofDelimiter(":"); // before the constants that need it

    public static final MacAddress BROADCAST = new MacAddress("ff:ff:ff:ff:ff:ff");
    public static final MacAddress NONE = new MacAddress("00:00:00:00:00:00");

    public MacAddress {
        text = FORMAT.formatHex(FORMAT.parseHex(text));
        if (text.length() != 17) {
            throw new IllegalArgumentException("not six bytes: " + text);
        }
    }

    public static MacAddress of(byte[] bytes) {
        return new MacAddress(FORMAT.formatHex(bytes));
    }

    public byte[] bytes() {
        return FORMAT.parseHex(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
