package dev.podmigration.api.v1alpha1;

/** Patterns of names, as Kubernetes itself checks them. Lengths are set where they are used. */
final class Names {
    static final String LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
    static final String SUBDOMAIN =
            "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
    static final String LABEL_VALUE = "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$";

    /** Pods that come from a file of the node have a plain hash as UID. */
    static final String UID = "^[A-Za-z0-9-]+$";

    static final String HOST_PORT = "^([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$";

    private Names() {}
}
