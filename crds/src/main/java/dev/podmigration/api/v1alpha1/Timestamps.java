package dev.podmigration.api.v1alpha1;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Times of the API: RFC 3339 in UTC, always with six digits of a second, so that they sort as text.
 */
public final class Timestamps {
    private static final DateTimeFormatter MICROSECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private Timestamps() {}

    public static String format(Instant instant) {
        return MICROSECONDS.format(instant);
    }

    /** Fails with a {@link java.time.format.DateTimeParseException} if the text is no such time. */
    public static Instant parse(String text) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from);
    }
}
