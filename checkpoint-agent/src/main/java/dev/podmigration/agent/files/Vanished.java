package dev.podmigration.agent.files;

import dev.podmigration.agent.linux.ErrnoException;

/** Tells that a name was removed, or became something else, since it was read. */
final class Vanished {
    private Vanished() {}

    static boolean is(ErrnoException e) {
        return e.is("ENOENT", "ENOTDIR", "ELOOP", "ENXIO");
    }
}
