package dev.podmigration.agent.files;

import com.google.protobuf.ByteString;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The path of a file inside a tree, byte for byte: relative, single slashes, neither {@code .} nor
 * {@code ..}. The tree's root is the empty path. Immutable.
 */
public final class TreePath {
    /** The longest path that the kernel takes in one call is PATH_MAX with its final zero. */
    static final int MAX_BYTES = 4095;

    static final TreePath ROOT = new TreePath(new byte[0]);

    private final byte[] bytes;
    private final int hash;

    private TreePath(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    /**
     * A path as a pod's spec gives it, such as a mount destination: slashes at both ends, doubled
     * ones and {@code .} mean nothing, and {@code ..} ends at the root, as the runtime reads them.
     */
    public static TreePath of(String path) {
        TreePath result = ROOT;
        for (String name : path.split("/", -1)) {
            if (name.equals("..")) {
                result = result.isRoot() ? result : result.parent();
            } else if (!name.isEmpty() && !name.equals(".")) {
                result = result.child(name.getBytes(StandardCharsets.UTF_8));
            }
        }
        return result;
    }

    /**
     * @throws IllegalArgumentException if the bytes are not a path as described above
     */
    static TreePath of(ByteString wire) {
        TreePath result = ROOT;
        if (wire.isEmpty()) {
            return result;
        }
        byte[] bytes = wire.toByteArray();
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '/') {
                checkName(Arrays.copyOfRange(bytes, start, i));
                start = i + 1;
            }
        }
        return checkedLength(bytes);
    }

    /** The file of this name in this directory. */
    TreePath child(byte[] name) {
        checkName(name);
        if (isRoot()) {
            return checkedLength(name.clone());
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + name.length);
        longer[bytes.length] = '/';
        System.arraycopy(name, 0, longer, bytes.length + 1, name.length);
        return checkedLength(longer);
    }

    boolean isRoot() {
        return bytes.length == 0;
    }

    /** The directory that holds this file. */
    TreePath parent() {
        int slash = lastSlash();
        return slash < 0 ? ROOT : new TreePath(Arrays.copyOf(bytes, slash));
    }

    /** The last component. */
    byte[] name() {
        if (isRoot()) {
            throw new IllegalStateException("the root of a tree has no name in it");
        }
        return Arrays.copyOfRange(bytes, lastSlash() + 1, bytes.length);
    }

    List<byte[]> names() {
        List<byte[]> names = new ArrayList<>();
        for (TreePath path = this; !path.isRoot(); path = path.parent()) {
            names.addFirst(path.name());
        }
        return names;
    }

    /** Whether this is that path or lies below it. */
    boolean startsWith(TreePath other) {
        int length = other.bytes.length;
        if (other.isRoot()) {
            return true;
        }
        return bytes.length >= length
                && Arrays.equals(bytes, 0, length, other.bytes, 0, length)
                && (bytes.length == length || bytes[length] == '/');
    }

    byte[] bytes() {
        return bytes.clone();
    }

    ByteString wire() {
        return ByteString.copyFrom(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TreePath path
                && hash == path.hash
                && Arrays.equals(bytes, path.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** For messages: control characters and what is not ASCII appear as {@code \xNN}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            if (b >= ' ' && b < 0x7f) {
                text.append((char) b);
            } else {
                text.append("\\x%02x".formatted(b & 0xff));
            }
        }
        return isRoot() ? "." : text.toString();
    }

    private int lastSlash() {
        int i = bytes.length - 1;
        while (i >= 0 && bytes[i] != '/') {
            i--;
        }
        return i;
    }

    private static TreePath checkedLength(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "path of " + bytes.length + " bytes: longer than the kernel takes");
        }
        return new TreePath(bytes);
    }

    private static void checkName(byte[] name) {
        boolean dots = name.length <= 2;
        for (byte b : name) {
            if (b == 0 || b == '/') {
                throw new IllegalArgumentException("not the name of a file: " + new TreePath(name));
            }
            dots &= b == '.';
        }
        if (dots) {
            throw new IllegalArgumentException("not the name of a file: " + new TreePath(name));
        }
    }
}
