package dev.podmigration.e2e.workload;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes files of every kind and holds some open, writing on: see {@link StillFiles} and {@link
 * LiveFiles}. Any line sent to its port is answered by what it finds when it compares everything
 * with what must be there: "ok COUNT", or "FAULT" and what is wrong.
 *
 * <p>Arguments: port, then the directories to work in. The first one is in the container's root.
 */
public final class FileWorker {
    private FileWorker() {}

    public static void main(String[] arguments) throws Exception {
        List<LiveFiles> live = new ArrayList<>();
        for (int index = 1; index < arguments.length; index++) {
            Path directory = Path.of(arguments[index]);
            StillFiles.make(directory.resolve("still"));
            live.add(new LiveFiles(directory.resolve("live")));
        }
        ImageFiles.change();
        live.forEach(Daemon::start);
        try (ServerSocket listener = new ServerSocket(Integer.parseInt(arguments[0]))) {
            while (true) {
                try (Socket connection = listener.accept()) {
                    answer(connection, live);
                }
            }
        }
    }

    private static void answer(Socket connection, List<LiveFiles> live) throws IOException {
        BufferedReader questions =
                new BufferedReader(
                        new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
        while (questions.readLine() != null) {
            connection
                    .getOutputStream()
                    .write((finding(live) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String finding(List<LiveFiles> live) {
        long written = 0;
        try {
            for (LiveFiles files : live) {
                written += files.check();
            }
        } catch (IOException | IllegalStateException e) {
            return "FAULT " + e;
        }
        return "ok " + written;
    }
}
