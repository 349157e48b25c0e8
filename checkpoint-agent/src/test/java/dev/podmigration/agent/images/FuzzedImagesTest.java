package dev.podmigration.agent.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.fuzzing.Mutator;
import dev.podmigration.agent.fuzzing.Seeds;
import dev.podmigration.agent.wire.ImageFile;
import dev.podmigration.agent.wire.ImageFrame;
import dev.podmigration.agent.wire.ImageManifest;
import dev.podmigration.agent.wire.ImagePart;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Whatever arrives as images: it is put in place as announced, or nothing is. */
class FuzzedImagesTest {

    private static final int ROUNDS = 40;
    private static final long LIMIT_BYTES = 1 << 20;

    @TempDir Path directory;

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.podmigration.agent.fuzzing.Seeds#all")
    void images_are_as_announced_or_refused(long seed) {
        Seeds.run(seed, this::fuzz);
    }

    private void fuzz(Mutator mutator) throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            Path place = Files.createDirectory(directory.resolve("place-" + i));
            Path images = place.resolve("images");
            byte[] content = mutator.noise(mutator.random().nextInt(5000));
            boolean accepted;
            try (ImageRoom room = ImageRoom.take(place, 5000);
                    ImageWriter writer = new ImageWriter(images, LIMIT_BYTES, room)) {
                accepted = accepted(mutator, writer, content);
            }
            try (Stream<Path> left = Files.list(place)) {
                assertThat(left.toList()).isEqualTo(accepted ? List.of(images) : List.of());
            }
        }
    }

    /** Any other exception is a fault of ours. */
    private static boolean accepted(Mutator mutator, ImageWriter writer, byte[] content) {
        try {
            int half = content.length / 2;
            writer.write(frame(mutator, part(0, content, 0, half)));
            if (half > 0) {
                writer.write(frame(mutator, part(half, content, half, content.length)));
            }
            writer.verified(manifest(mutator, content));
            return true;
        } catch (AgentFailure | IOException refused) {
            return false;
        }
    }

    private static ImageFrame frame(Mutator mutator, ImagePart part) {
        ImageFrame right = ImageFrame.newBuilder().addParts(part).build();
        return switch (mutator.random().nextInt(6)) {
            case 0 -> mutator.message(right);
            case 1 -> mutator.anyMessage(ImageFrame.getDefaultInstance());
            case 2 -> {
                try {
                    yield ImageFrame.parseFrom(mutator.bytes(right.toByteArray()));
                } catch (InvalidProtocolBufferException refused) {
                    yield right;
                }
            }
            default -> right;
        };
    }

    private static ImageManifest manifest(Mutator mutator, byte[] content) {
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        ImageManifest right =
                ImageManifest.newBuilder()
                        .addFiles(
                                ImageFile.newBuilder()
                                        .setName("pages-1.img")
                                        .setSize(content.length)
                                        .setMode(0600)
                                        .setCrc32C((int) checksum.getValue()))
                        .build();
        return mutator.random().nextInt(3) == 0 ? mutator.message(right) : right;
    }

    private static ImagePart part(long offset, byte[] content, int from, int to) {
        return ImagePart.newBuilder()
                .setName("pages-1.img")
                .setOffset(offset)
                .setContent(ByteString.copyFrom(content, from, to - from))
                .build();
    }
}
