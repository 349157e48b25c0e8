package dev.podmigration.api.v1alpha1;

import io.fabric8.kubernetes.api.model.Condition;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** What the statuses of the two halves of a migration, PodCheckpoint and PodRestore, share. */
public interface HalfStatus {

    @Nullable HalfPhase getPhase();

    List<Condition> getConditions();

    void setConditions(List<Condition> conditions);

    void setObservedGeneration(@Nullable Long observedGeneration);

    @Nullable Failure getFailure();

    void setFailure(@Nullable Failure failure);
}
