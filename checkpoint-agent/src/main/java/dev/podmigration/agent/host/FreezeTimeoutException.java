package dev.podmigration.agent.host;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The kernel did not stop (or wake) all processes of a control group in time. */
public final class FreezeTimeoutException extends IOException {

    private static final long serialVersionUID = 1L;

    FreezeTimeoutException(Path group, String wanted, Duration limit) {
        super(group + " is not " + wanted + " after " + limit.toMillis() + " ms");
    }
}
