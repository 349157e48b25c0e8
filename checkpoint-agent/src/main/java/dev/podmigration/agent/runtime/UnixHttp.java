package dev.podmigration.agent.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;

/** One GET over CRI-O's Unix socket, which the JDK's client cannot do. */
final class UnixHttp {

    /** Far more than any configuration; keeps a confused server from filling our memory. */
    private static final int MAX_BYTES = 8 * 1024 * 1024;

    private UnixHttp() {}

    /** Returns the body of the answer. Refused is every status but 200. */
    static String get(Path socket, String path) throws ContainerRuntimeException {
        return get(socket, path, Set.of(200));
    }

    /** For requests some of whose refusals are no failure: with these statuses it may answer. */
    static String get(Path socket, String path, Set<Integer> fine)
            throws ContainerRuntimeException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            // Version 1.0: the server sends the body as it is and closes.
            String request = "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n";
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            return body(readAll(channel), path, fine);
        } catch (ContainerRuntimeException refused) {
            throw refused;
        } catch (IOException e) {
            throw new ContainerRuntimeException(
                    "CRI-O at " + socket + ": GET " + path + ": " + e.getMessage(), e);
        }
    }

    private static String readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        while (channel.read(buffer.clear()) >= 0) {
            bytes.write(buffer.array(), 0, buffer.position());
            if (bytes.size() > MAX_BYTES) {
                throw new ContainerRuntimeException(
                        "an answer of more than " + MAX_BYTES + " bytes");
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String body(String answer, String path, Set<Integer> fine)
            throws ContainerRuntimeException {
        int end = answer.indexOf("\r\n\r\n");
        String statusLine = answer.lines().findFirst().orElse("");
        if (end < 0 || fine.stream().noneMatch(status -> statusLine.contains(" " + status + " "))) {
            throw new ContainerRuntimeException("GET " + path + ": " + statusLine);
        }
        return answer.substring(end + 4);
    }
}
