package dev.podmigration.agent.canary;

import java.util.List;

/** One run of the canary, which proves one ability. */
enum Trial {
    PLAIN("Restore", List.of(), List.of()),
    TCP("TcpEstablished", List.of("--tcp-established"), List.of()),
    LOCK("FileLocks", List.of("--file-locks"), List.of()),
    SHELL_JOB("ShellJob", List.of("--shell-job"), List.of()),
    /** Not an option of any runtime, only of CRIU's configuration. */
    LINK("LinkRemap", List.of(), List.of("link-remap"));

    private final String ability;
    private final List<String> runtimeOptions;
    private final List<String> criuOptions;

    Trial(String ability, List<String> runtimeOptions, List<String> criuOptions) {
        this.ability = ability;
        this.runtimeOptions = runtimeOptions;
        this.criuOptions = criuOptions;
    }

    String ability() {
        return ability;
    }

    /** For {@code checkpoint} and for {@code restore}. */
    List<String> runtimeOptions() {
        return runtimeOptions;
    }

    /** Lines of a configuration of CRIU that this canary alone is dumped with. */
    List<String> criuOptions() {
        return criuOptions;
    }
}
