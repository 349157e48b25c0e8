package dev.podmigration.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The library behind the program {@code nft}, in this process: a change takes half a millisecond,
 * where a started program is only known to have succeeded when it has ended, which takes many
 * (docs/decisions/0002-packet-filter-in-process.md).
 *
 * <p>Thread-safe: one call at a time, as the library promises no more.
 */
public final class Nftables {
    /** Its interface has not changed since version 0.9.0 (libnftables(3)). */
    private static final String LIBRARY = "libnftables.so.1";

    /**
     * Closing the library's socket waits until the kernel has thrown old rules away (an RCU grace
     * period, 5 to 20 ms). Nobody needs to wait for that, least of all the next change.
     */
    private static final Executor LATER =
            CompletableFuture.delayedExecutor(
                    5,
                    TimeUnit.SECONDS,
                    task -> Thread.ofPlatform().daemon().name("nftables-close").start(task));

    private static final int ENOENT = 2;
    private static final int ENOMEM = 12;
    private static final Object LOCK = new Object();

    private final MethodHandle create;
    private final MethodHandle free;
    private final MethodHandle bufferOutput;
    private final MethodHandle bufferError;
    private final MethodHandle output;
    private final MethodHandle error;
    private final MethodHandle run;

    /**
     * What a run came to.
     *
     * @param succeeded all commands were carried out; otherwise none was
     * @param output what the commands list
     * @param error the library's complaint, for people
     */
    public record Result(boolean succeeded, String output, String error) {}

    private Nftables(SymbolLookup library) {
        FunctionDescriptor getText = FunctionDescriptor.of(ADDRESS, ADDRESS);
        FunctionDescriptor setFlag = FunctionDescriptor.of(JAVA_INT, ADDRESS);
        create = handle(library, "nft_ctx_new", FunctionDescriptor.of(ADDRESS, JAVA_INT));
        free = handle(library, "nft_ctx_free", FunctionDescriptor.ofVoid(ADDRESS));
        bufferOutput = handle(library, "nft_ctx_buffer_output", setFlag);
        bufferError = handle(library, "nft_ctx_buffer_error", setFlag);
        output = handle(library, "nft_ctx_get_output_buffer", getText);
        error = handle(library, "nft_ctx_get_error_buffer", getText);
        run =
                handle(
                        library,
                        "nft_run_cmd_from_buffer",
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    }

    /**
     * Loads the library.
     *
     * @throws ErrnoException ENOENT if the library is not installed
     */
    @SuppressWarnings("restricted")
    public static Nftables load() throws ErrnoException {
        try {
            return new Nftables(SymbolLookup.libraryLookup(LIBRARY, Arena.global()));
        } catch (IllegalArgumentException e) {
            throw new ErrnoException("dlopen", ENOENT, LIBRARY);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(
            SymbolLookup library, String function, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(function), descriptor);
    }

    /** Carries out the commands in one transaction. */
    public Result run(NetworkNamespace namespace, String commands)
            throws IOException, InterruptedException {
        return namespace.call(() -> runHere(commands));
    }

    private Result runHere(String commands) throws ErrnoException {
        synchronized (LOCK) {
            MemorySegment context = create();
            try (Arena arena = Arena.ofConfined()) {
                int failed = (int) run.invokeExact(context, arena.allocateFrom(commands));
                return new Result(
                        failed == 0,
                        text((MemorySegment) output.invokeExact(context)),
                        text((MemorySegment) error.invokeExact(context)));
            } catch (Throwable e) {
                throw unexpected(e);
            } finally {
                LATER.execute(() -> free(context));
            }
        }
    }

    private MemorySegment create() throws ErrnoException {
        try {
            MemorySegment context = (MemorySegment) create.invokeExact(0);
            if (context.equals(MemorySegment.NULL)) {
                throw new ErrnoException("nft_ctx_new", ENOMEM, LIBRARY);
            }
            int buffered =
                    (int) bufferOutput.invokeExact(context)
                            | (int) bufferError.invokeExact(context);
            if (buffered != 0) {
                throw new ErrnoException("nft_ctx_buffer_output", ENOMEM, LIBRARY);
            }
            return context;
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private void free(MemorySegment context) {
        synchronized (LOCK) {
            try {
                free.invokeExact(context);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }
    }

    /** What method handles declare, though a native function throws nothing. */
    private static AssertionError unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return new AssertionError(e);
    }

    /** The library's own copy; gone with the context. */
    @SuppressWarnings("restricted")
    private static String text(MemorySegment pointer) {
        return pointer.reinterpret(Long.MAX_VALUE).getString(0).strip();
    }
}
