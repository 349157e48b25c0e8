package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.POINTER;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.regex.Pattern;

/**
 * A network interface in its namespace. A pod's connection is a pair of two: one in the pod, its
 * peer on the node.
 *
 * @param name as the kernel allows it, without characters that mean something to a program's input
 */
public record LinkEnd(NetworkNamespace namespace, String name) {
    /** IFNAMSIZ is 16 with the final zero. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.:@-]{1,15}");

    private static final int ENODEV = 19;
    private static final SystemCall INDEX = SystemCall.ofInt("if_nametoindex", POINTER);

    public LinkEnd {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a name of a network interface: " + name);
        }
    }

    /** The kernel's number of the interface; ENODEV if there is none of that name. */
    public int index() throws IOException, InterruptedException {
        return namespace.call(this::indexHere);
    }

    /** For a thread that is in the namespace. */
    int indexHere() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            int index = (int) INDEX.call(this, arena.allocateFrom(name));
            if (index == 0) { // it answers 0 for "none", and does not promise an errno
                throw new ErrnoException("if_nametoindex", ENODEV, toString());
            }
            return index;
        }
    }

    @Override
    public String toString() {
        return name + " in " + namespace;
    }
}
