package dev.podmigration.agent.files;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.ExtendedAttributes;
import dev.podmigration.agent.linux.FileMetadata;
import dev.podmigration.agent.linux.FilePath;
import dev.podmigration.agent.linux.FileStatus.Device;
import dev.podmigration.agent.linux.SpecialFiles;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Changes a tree in every way that a program can, as a seed decides. */
final class RandomChanges {
    private static final byte[][] NAMES = {
        ascii("a"),
        ascii("b"),
        ascii("c.txt"),
        ascii("with space"),
        ascii("new\nline"),
        ascii("-rf"),
        ascii("back\\slash"),
        ascii("..."),
        {(byte) 0xff, (byte) 0xfe, 'x'},
        {(byte) 0xc3, (byte) 0xa4},
        {'p', (byte) 0x80, '%', '4', '1'},
        ascii("n".repeat(255)),
    };
    private static final byte[] CAPABILITY = {
        1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    private final Path root;
    private final Random random;
    private final boolean devices;

    /**
     * @param devices whether overlay whiteouts can be made: not through a merged view
     */
    RandomChanges(Path root, long seed, boolean devices) {
        this.root = root;
        this.random = new Random(seed);
        this.devices = devices;
    }

    void apply(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            one();
        }
    }

    void one() throws IOException {
        List<Path> all = everything();
        Path any = all.get(random.nextInt(all.size()));
        List<Path> directories =
                all.stream().filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS)).toList();
        Path name =
                directories
                        .get(random.nextInt(directories.size()))
                        .resolve(FilePath.of(NAMES[random.nextInt(NAMES.length)]));
        try {
            change(any, name);
        } catch (FileAlreadyExistsException
                | NoSuchFileException
                | AtomicMoveNotSupportedException
                | DirectoryNotEmptyException e) {
            // Not possible with what there is: nothing changed, which is a change too.
            return;
        } catch (ErrnoException e) {
            if (!e.is("EEXIST", "EPERM", "EACCES")) { // EPERM: user attributes of what is no file
                throw e;
            }
        } catch (FileSystemException e) {
            if (!String.valueOf(e.getReason())
                    .matches(
                            "Invalid argument|Is a directory|Not a directory|File name too"
                                    + " long|Directory not empty|Operation not permitted|Too many"
                                    + " levels.*")) {
                throw e;
            }
        }
    }

    private void change(Path any, Path name) throws IOException {
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> Files.createDirectory(name);
            case 3, 4, 5 -> write(name, StandardOpenOption.CREATE_NEW);
            case 6 ->
                    Files.createSymbolicLink(
                            name, Path.of(random.nextBoolean() ? "/etc/passwd" : "../a"));
            case 7 -> SpecialFiles.createFifo(name, 0640);
            case 8 -> SpecialFiles.createSocket(name, 0755);
            case 9 -> {
                if (!Files.isDirectory(any, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createLink(name, any);
                }
            }
            case 10 -> {
                if (devices) {
                    SpecialFiles.createCharacterDevice(name, 0, new Device(0, 0));
                }
            }
            case 11 -> permissions(any);
            case 12 ->
                    FileMetadata.setOwner(any, random.nextInt(3) * 1000, random.nextInt(3) * 1000);
            case 13 -> attribute(any);
            case 14 ->
                    FileMetadata.setTimes(
                            any,
                            Instant.ofEpochSecond(
                                    random.nextInt(2_000_000_000), random.nextInt(1_000_000_000)),
                            Instant.ofEpochSecond(
                                    -random.nextInt(1_000_000), random.nextInt(1_000_000_000)));
            case 15 -> remove(any);
            case 16 -> {
                if (!any.equals(root)) {
                    Files.move(any, name, StandardCopyOption.ATOMIC_MOVE);
                }
            }
            case 17 -> {
                if (!any.equals(root)) {
                    remove(any);
                    Files.createDirectory(any); // opaque where the image has something
                }
            }
            case 18, 19 -> {
                if (Files.isRegularFile(any, LinkOption.NOFOLLOW_LINKS)) {
                    write(any, StandardOpenOption.WRITE);
                }
            }
            default -> throw new AssertionError();
        }
    }

    private void write(Path file, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(file, how, StandardOpenOption.WRITE)) {
            byte[] data = new byte[random.nextInt(1, 20_000)];
            random.nextBytes(data);
            switch (random.nextInt(6)) {
                case 0 -> channel.truncate(random.nextInt(5000));
                case 1 -> channel.write(ByteBuffer.wrap(data), channel.size());
                case 2 ->
                        channel.write(
                                ByteBuffer.wrap(data), random.nextInt(500) * 4096L); // leaves holes
                case 3 ->
                        channel.write(
                                ByteBuffer.wrap(new byte[8192]),
                                random.nextInt(10) * 4096L); // zeros, no hole
                case 4 -> {
                    for (int i = 0; i < 3; i++) {
                        channel.write(ByteBuffer.wrap(data), random.nextLong(3_000_000));
                    }
                }
                default -> channel.write(ByteBuffer.wrap(data), 0);
            }
        }
    }

    private void permissions(Path file) throws ErrnoException {
        if (!Files.isSymbolicLink(file)) {
            int[] permissions = {0755, 0644, 04755, 02775, 01777, 0, 07777};
            FileMetadata.setPermissions(file, permissions[random.nextInt(permissions.length)]);
        }
    }

    private void attribute(Path file) throws ErrnoException {
        Path at = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) ? file.resolve(".") : file;
        byte[] value = new byte[random.nextInt(60)];
        random.nextBytes(value);
        switch (random.nextInt(6)) {
            case 0 -> ExtendedAttributes.set(at, "user.test", value);
            case 1 -> ExtendedAttributes.set(at, "user.t\u00e4st\u00ff", value);
            case 2 -> ExtendedAttributes.set(at, "trusted.test", value);
            case 3 -> {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    ExtendedAttributes.set(at, "security.capability", CAPABILITY);
                }
            }
            case 4 -> {
                if (!Files.isSymbolicLink(file)) {
                    boolean asDefault =
                            Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)
                                    && random.nextBoolean();
                    ExtendedAttributes.set(
                            at,
                            asDefault ? "system.posix_acl_default" : "system.posix_acl_access",
                            accessList());
                }
            }
            default -> {
                for (String name : ExtendedAttributes.names(at)) {
                    ExtendedAttributes.remove(at, name);
                }
            }
        }
    }

    /** include/uapi/linux/posix_acl_xattr.h: version 2, then tag, permissions, id. */
    private byte[] accessList() {
        ByteBuffer list = ByteBuffer.allocate(4 + 5 * 8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        list.putInt(2);
        int[][] entries = {
            {1, 7, -1},
            {2, random.nextInt(8), 1234},
            {4, 5, -1},
            {16, random.nextInt(8), -1},
            {32, 0, -1}
        };
        for (int[] entry : entries) {
            list.putShort((short) entry[0]).putShort((short) entry[1]).putInt(entry[2]);
        }
        return list.array();
    }

    private void remove(Path file) throws IOException {
        if (file.equals(root)) {
            return;
        }
        List<Path> below;
        try (Stream<Path> walk = Files.walk(file)) {
            below = new ArrayList<>(walk.toList());
        }
        for (Path path : below.reversed()) {
            Files.delete(path);
        }
    }

    private List<Path> everything() throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.sorted().toList();
        }
    }

    private static byte[] ascii(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }
}
