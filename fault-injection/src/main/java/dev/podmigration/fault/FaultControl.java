package dev.podmigration.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a test reaches the schedule of a program, below {@code /faults} of the server that answers
 * its probes.
 *
 * <ul>
 *   <li>GET: one line {@code held POINT} for each thread that is held, then one line {@code passed
 *       POINT} for each point in the order in which they were passed
 *   <li>PUT with the body {@code FAULT POINT}: arms the point once
 *   <li>PUT with the body {@code clock DURATION}, such as {@code clock PT1H}: the program's clock
 *       is ahead by so much until it is told otherwise or ends
 *   <li>DELETE: lets go of what is held and forgets what is armed and passed
 * </ul>
 */
public final class FaultControl {

    private static final int LONGEST_REQUEST = 4096;

    private final @Nullable FaultSchedule schedule;

    /**
     * @param schedule null in a normal run: nothing is served then
     */
    FaultControl(@Nullable FaultSchedule schedule) {
        this.schedule = schedule;
    }

    /** Before or after the server is started. */
    public void serve(HttpServer server) {
        if (schedule != null) {
            server.createContext("/faults", exchange -> handle(exchange, schedule));
        }
    }

    private static void handle(HttpExchange exchange, FaultSchedule schedule) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readNBytes(LONGEST_REQUEST), UTF_8);
            Answer answer = answer(schedule, exchange.getRequestMethod(), body);
            byte[] text = answer.text().getBytes(UTF_8);
            exchange.sendResponseHeaders(answer.code(), text.length == 0 ? -1 : text.length);
            exchange.getResponseBody().write(text);
        }
    }

    static Answer answer(FaultSchedule schedule, String method, String body) {
        return switch (method) {
            case "GET" -> new Answer(200, list(schedule));
            case "PUT" -> arm(schedule, body.strip());
            case "DELETE" -> {
                schedule.clear();
                yield new Answer(200, "");
            }
            default -> new Answer(405, "GET, PUT or DELETE\n");
        };
    }

    private static String list(FaultSchedule schedule) {
        return Stream.concat(
                        schedule.held().stream().sorted().map(point -> "held " + point + "\n"),
                        schedule.passed().stream().map(point -> "passed " + point + "\n"))
                .collect(Collectors.joining());
    }

    private static Answer arm(FaultSchedule schedule, String order) {
        String[] words = order.split(" ", 2);
        if (words.length != 2) {
            return new Answer(400, "FAULT POINT is wanted\n");
        }
        if (words[0].equals("clock")) {
            return setClock(schedule, words[1]);
        }
        try {
            schedule.arm(words[1], Fault.valueOf(words[0].toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            return new Answer(400, "There is no fault " + words[0] + "\n");
        }
        return new Answer(200, "");
    }

    private static Answer setClock(FaultSchedule schedule, String ahead) {
        try {
            schedule.setClock(Duration.parse(ahead));
        } catch (DateTimeParseException e) {
            return new Answer(400, "A duration such as PT1H is wanted, not " + ahead + "\n");
        }
        return new Answer(200, "");
    }

    /** Of HTTP. */
    record Answer(int code, String text) {}
}
