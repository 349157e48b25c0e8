package dev.podmigration.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.time.format.DateTimeParseException;

class TimestampsTest {
    @Test
    void aWholeSecondIsWrittenWithSixDigitsToo() {
        assertThat(Timestamps.format(Instant.parse("2026-08-01T10:20:30Z")))
                .isEqualTo("2026-08-01T10:20:30.000000Z");
    }

    @Test
    void whatIsFinerThanAMicrosecondIsDropped() {
        assertThat(Timestamps.format(Instant.parse("2026-08-01T10:20:30.123456789Z")))
                .isEqualTo("2026-08-01T10:20:30.123456Z");
    }

    @Test
    void timesWithAnyOffsetAreRead() {
        assertThat(Timestamps.parse("2026-08-01T12:20:30.5+02:00"))
                .isEqualTo(Instant.parse("2026-08-01T10:20:30.5Z"));
    }

    @Test
    void textThatIsNoTimeIsRejected() {
        assertThatThrownBy(() -> Timestamps.parse("yesterday"))
                .isInstanceOf(DateTimeParseException.class);
    }
}
