package dev.podmigration.agent.files;

import java.nio.file.Path;
import java.util.Set;

/**
 * A file tree on the source's node.
 *
 * @param name what both sides call it
 * @param changed where to look for what may differ from the target: an overlay's upper directory,
 *     or the directory itself
 * @param content where to read: the overlay's merged view, or the directory itself. Never the upper
 *     directory: with metacopy or redirect its files are not what the container sees
 * @param excluded mount destinations in it. Links on their way are resolved inside the tree, as the
 *     runtime did
 */
public record Tree(String name, Kind kind, Path changed, Path content, Set<TreePath> excluded) {

    /** Where the unchanged part of a tree comes from. */
    public enum Kind {
        /**
         * From the image, which the target has too: only what the upper directory names can differ.
         */
        OVERLAY,
        /** From nowhere: all of it has to move. */
        DIRECTORY
    }

    public Tree {
        excluded = Set.copyOf(excluded);
    }

    /** A container's root file system. */
    public static Tree overlay(String name, Path upper, Path merged, Set<TreePath> excluded) {
        return new Tree(name, Kind.OVERLAY, upper, merged, excluded);
    }

    /** A volume. */
    public static Tree directory(String name, Path directory) {
        return new Tree(name, Kind.DIRECTORY, directory, directory, Set.of());
    }
}
