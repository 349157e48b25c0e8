package dev.podmigration.agent.canary;

import java.util.List;

/** One run of the canary, which proves one ability. */
enum Trial {
    PLAIN("Restore", List.of(), List.of()),
    TCP("TcpEstablished", List.of("--tcp-established"), List.of("--tcp-established")),
    LOCK("FileLocks", List.of("--file-locks"), List.of("--file-locks"));

    private final String ability;
    private final List<String> dumpOptions;
    private final List<String> restoreOptions;

    Trial(String ability, List<String> dumpOptions, List<String> restoreOptions) {
        this.ability = ability;
        this.dumpOptions = dumpOptions;
        this.restoreOptions = restoreOptions;
    }

    String ability() {
        return ability;
    }

    List<String> dumpOptions() {
        return dumpOptions;
    }

    List<String> restoreOptions() {
        return restoreOptions;
    }
}
