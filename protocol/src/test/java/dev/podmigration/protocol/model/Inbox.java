package dev.podmigration.protocol.model;

/**
 * What waits for a restore that is under way, the first event first. What comes after one that ends
 * the restore is not looked at.
 */
enum Inbox {
    EMPTY,
    GRANTED,
    REFUSED,
    STOP,
    GRANTED_AND_MORE;

    enum Event {
        GRANTED,
        REFUSED,
        STOP
    }

    Event first() {
        return switch (this) {
            case EMPTY -> throw new IllegalStateException("nothing is there");
            case GRANTED, GRANTED_AND_MORE -> Event.GRANTED;
            case REFUSED -> Event.REFUSED;
            case STOP -> Event.STOP;
        };
    }

    /** Whatever more is there is as good as a wish to stop. */
    Inbox rest() {
        return this == GRANTED_AND_MORE ? STOP : EMPTY;
    }

    Inbox with(Event event) {
        return switch (this) {
            case EMPTY ->
                    switch (event) {
                        case GRANTED -> GRANTED;
                        case REFUSED -> REFUSED;
                        case STOP -> STOP;
                    };
            case GRANTED, GRANTED_AND_MORE -> GRANTED_AND_MORE;
            case REFUSED, STOP -> this;
        };
    }
}
