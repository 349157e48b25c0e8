package dev.podmigration.protocol.model;

import java.util.ArrayList;
import java.util.List;

/**
 * The operator's actions, in the order in which it carries out those of one decision. A set of them
 * is a number, with one bit for each.
 */
enum Deed {
    INHERIT,
    CREATE_TARGET_POD,
    CREATE_RESTORE,
    PREPARE,
    MIGRATE,
    ROLL_BACK,
    CANCEL,
    DELETE_TARGET_POD,
    FORCE_TARGET_POD,
    DELETE_RESTORE,
    DELETE_CHECKPOINT,
    DELETE_SOURCE_POD,
    FORCE_SOURCE_POD,
    FREE_NAME,
    BIND;

    /** How many sets there are. */
    static final int SETS = 1 << values().length;

    private static final Deed[] ALL = values();

    @SuppressWarnings("EnumOrdinal") // No state outlives its program.
    int bit() {
        return 1 << ordinal();
    }

    static Deed first(int set) {
        return ALL[Integer.numberOfTrailingZeros(set)];
    }

    static List<Deed> in(int set) {
        List<Deed> deeds = new ArrayList<>();
        for (int rest = set; rest != 0; rest &= rest - 1) {
            deeds.add(first(rest));
        }
        return deeds;
    }
}
