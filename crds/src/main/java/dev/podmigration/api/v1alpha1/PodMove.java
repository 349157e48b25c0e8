package dev.podmigration.api.v1alpha1;

/** How a pod is moved without a checkpoint. */
public enum PodMove {
    /** The operator makes a new pod on the target and deletes the source. */
    Replace,

    /** The owner of the pod moves it. */
    Owner
}
