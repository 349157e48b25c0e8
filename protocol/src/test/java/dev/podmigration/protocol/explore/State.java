package dev.podmigration.protocol.explore;

/** One moment of a system: a few fields with few values each. Mutable; {@link #copy} before. */
public interface State<S> {

    S copy();

    /** Names every field. */
    void fields(Bits bits);
}
