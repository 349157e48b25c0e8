package dev.podmigration.workload.flink.rest;

import java.net.URI;
import java.util.regex.Pattern;

/**
 * Host and port of a REST endpoint. Flink's REST API is spoken without TLS and without credentials.
 *
 * @param host an IP address, or a name of letters, digits, dots and dashes
 * @param port 1 to 65535
 */
public record RestAddress(String host, int port) {

    private static final Pattern NAME_OR_V4 = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9.]{0,252})");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

    public RestAddress {
        if (!NAME_OR_V4.matcher(host).matches() && !isV6(host)) {
            throw new IllegalArgumentException("not a host: " + host);
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("not a port: " + port);
        }
    }

    URI resolve(String path) {
        return URI.create("http://" + this + path);
    }

    private static boolean isV6(String host) {
        return host.contains(":") && V6.matcher(host).matches();
    }

    @Override
    public String toString() {
        return (isV6(host) ? "[" + host + "]" : host) + ":" + port;
    }
}
