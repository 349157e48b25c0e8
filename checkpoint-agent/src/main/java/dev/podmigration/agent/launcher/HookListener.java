package dev.podmigration.agent.launcher;

/**
 * Told of every call of the hook, one after the other, by the channel's own thread: must not block,
 * and need not answer before it returns.
 */
@FunctionalInterface
public interface HookListener {

    void onHook(HookEvent event);
}
