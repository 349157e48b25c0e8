package dev.podmigration.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;

/**
 * One function of the C library that answers -1 and sets {@code errno} when it fails.
 *
 * <p>Thread-safe. A call interrupted by a signal (the JVM uses some for itself) is made again.
 */
final class SystemCall {
    static final ValueLayout.OfInt INT = JAVA_INT;
    static final ValueLayout.OfLong LONG = JAVA_LONG;
    static final ValueLayout POINTER = ADDRESS;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final String name;
    private final MethodHandle handle;

    private SystemCall(String name, MethodHandle handle) {
        this.name = name;
        // (state, arguments...) as one array of objects: a fixed shape, so that no call site spells
        // out its types.
        MethodType type = handle.type();
        this.handle =
                handle.asSpreader(1, Object[].class, type.parameterCount() - 1)
                        .asType(
                                MethodType.methodType(
                                        long.class, MemorySegment.class, Object[].class));
    }

    /** A function whose result is a C {@code int}. */
    static SystemCall ofInt(String function, MemoryLayout... arguments) {
        return of(function, function, FunctionDescriptor.of(JAVA_INT, arguments));
    }

    /** A function whose result is a C {@code long}, {@code ssize_t} or {@code off_t}. */
    static SystemCall ofLong(String function, MemoryLayout... arguments) {
        return of(function, function, FunctionDescriptor.of(JAVA_LONG, arguments));
    }

    /** A function whose result is a C {@code int}, with that many arguments before the "...". */
    static SystemCall ofVariadicInt(String function, int fixed, MemoryLayout... arguments) {
        return of(
                function,
                function,
                FunctionDescriptor.of(JAVA_INT, arguments),
                Linker.Option.firstVariadicArg(fixed));
    }

    /**
     * A kernel call without a function of its own in the C library: {@code syscall(NUMBER,
     * arguments...)}.
     */
    static SystemCall numbered(String name, MemoryLayout... arguments) {
        FunctionDescriptor descriptor =
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG).appendArgumentLayouts(arguments);
        return of(name, "syscall", descriptor, Linker.Option.firstVariadicArg(1));
    }

    @SuppressWarnings("restricted") // this class is where native access is meant to be
    private static SystemCall of(
            String name,
            String function,
            FunctionDescriptor descriptor,
            Linker.Option... furtherOptions) {
        Linker.Option[] options = new Linker.Option[furtherOptions.length + 1];
        options[0] = Linker.Option.captureCallState("errno");
        System.arraycopy(furtherOptions, 0, options, 1, furtherOptions.length);
        MemorySegment address = LINKER.defaultLookup().findOrThrow(function);
        return new SystemCall(name, LINKER.downcallHandle(address, descriptor, options));
    }

    /**
     * Makes the call.
     *
     * @param subject what the call is about, for the message: a path, an interface
     * @param arguments boxed exactly as the layouts say: Integer, Long or MemorySegment
     * @return the result, never negative
     */
    long call(Object subject, Object... arguments) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            while (true) {
                long result = invoke(state, arguments);
                if (result >= 0) {
                    return result;
                }
                int errno = (int) ERRNO.get(state, 0L);
                if (errno != Errno.EINTR) {
                    throw new ErrnoException(name, errno, subject.toString());
                }
            }
        }
    }

    private long invoke(MemorySegment state, Object[] arguments) {
        try {
            return (long) handle.invokeExact(state, arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a native function cannot throw a checked exception", e);
        }
    }
}
