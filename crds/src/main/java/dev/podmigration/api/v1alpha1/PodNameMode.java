package dev.podmigration.api.v1alpha1;

/** How the pod on the target is named. */
public enum PodNameMode {
    /** A new name made from the old one. */
    Generate,

    /** The same name: the source pod is deleted, and the target made, while neither copy runs. */
    Keep
}
