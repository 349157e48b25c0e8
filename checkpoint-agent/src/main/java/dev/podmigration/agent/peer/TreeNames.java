package dev.podmigration.agent.peer;

import java.util.Optional;

/** What both sides call the file trees of a pod. */
public final class TreeNames {

    /** The pod's /dev/shm. */
    public static final String SHM = "shm";

    private static final String ROOT = "root/";
    private static final String VOLUME = "volume/";

    private TreeNames() {}

    /** The root of a container. */
    public static String root(String container) {
        return ROOT + container;
    }

    /** An emptyDir volume. */
    public static String volume(String volume) {
        return VOLUME + volume;
    }

    /** The container whose root a tree is. */
    public static Optional<String> container(String tree) {
        return tree.startsWith(ROOT)
                ? Optional.of(tree.substring(ROOT.length()))
                : Optional.empty();
    }

    /** The emptyDir volume that a tree is; checked to be a plain name. */
    public static Optional<String> emptyDir(String tree) {
        return tree.startsWith(VOLUME)
                ? Optional.of(tree.substring(VOLUME.length()))
                        .filter(name -> name.matches("[a-z0-9][a-z0-9.-]{0,252}"))
                : Optional.empty();
    }
}
