package dev.podmigration.agent.files;

import dev.podmigration.agent.linux.FileStatus;

/**
 * One file whatever it is called: hard links share it. As stat sees it through the content side of
 * a tree.
 */
public record FileIdentity(int deviceMajor, int deviceMinor, long inode) {
    static FileIdentity of(FileStatus status) {
        return new FileIdentity(status.device().major(), status.device().minor(), status.inode());
    }
}
