package dev.podmigration.e2e.owner;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/** Remembers the name of every pod that is ever there, however short it lives. */
record PodNames(Set<String> seen) implements Watcher<Pod> {
    @Override
    public void eventReceived(Action action, Pod pod) {
        seen.add(pod.getMetadata().getName());
    }

    @Override
    public void onClose(@Nullable WatcherException cause) {
        if (cause != null) {
            seen.add("the watch ended: " + cause.getMessage());
        }
    }
}
