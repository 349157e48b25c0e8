package dev.podmigration.operator.observe;

/** Labels and annotations that the operator puts on objects. */
public final class Marks {

    /** Label: name of the PodMigration an object belongs to. */
    public static final String MIGRATION = "podmigration.dev/migration";

    /** Annotation: uid of that PodMigration, because its name may be used again. */
    public static final String MIGRATION_UID = "podmigration.dev/migration-uid";

    /** Label of every pod that was restored. */
    public static final String RESTORED = "podmigration.dev/restored";

    /** Annotation of the target pod: name of its PodRestore. The launcher looks for it. */
    public static final String RESTORE = "podmigration.dev/restore";

    /** Annotation of the target pod: the name its first ancestor had. */
    public static final String BASE_NAME = "podmigration.dev/base-name";

    /**
     * Annotation of the target pod: labels it gets only when it takes the place of the source, as a
     * JSON object.
     */
    public static final String WITHHELD_LABELS = "podmigration.dev/withheld-labels";

    /**
     * Annotation of the target pod: the controller that takes it over, as an owner reference in
     * JSON.
     */
    public static final String OWNER = "podmigration.dev/owner";

    /** Annotation of the target pod: when its owner got it. There until the source is gone. */
    public static final String SWITCHED_AT = "podmigration.dev/switched-at";

    /**
     * Annotation of a pod that was restored: it lacks init containers or hooks with which a pod of
     * its kind begins.
     */
    public static final String BEGINNING_LEFT_OUT = "podmigration.dev/beginning-left-out";

    /** Runtime class of target pods: its handler is the launcher. */
    public static final String RUNTIME_CLASS = "podmigration";

    private Marks() {}
}
