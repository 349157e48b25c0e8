package dev.podmigration.agent.reconcile;

import io.fabric8.kubernetes.client.informers.SharedIndexInformer;

/**
 * The client's informers stop for good when the first list fails, or when a watch meets what it
 * does not understand. An agent would then serve its node and hear of nothing any more: it asks
 * again instead, with the client's growing pauses. The client logs what it meets.
 */
final class LastingWatch {

    private LastingWatch() {}

    static <T> SharedIndexInformer<T> of(SharedIndexInformer<T> informer) {
        return informer.exceptionHandler((_, _) -> true);
    }
}
