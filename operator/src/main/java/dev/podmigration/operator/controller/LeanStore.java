package dev.podmigration.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Keeps watched objects without the record of who set which field: nobody here reads it, and it is
 * about half of a pod.
 */
final class LeanStore<T extends HasMetadata> extends BasicItemStore<T> {

    LeanStore() {
        super(Cache::metaNamespaceKeyFunc);
    }

    @Override
    public @Nullable T put(String key, T object) {
        object.getMetadata().setManagedFields(List.of());
        return super.put(key, object);
    }
}
