package dev.podmigration.agent.canary;

import java.util.List;

/** One run of the canary, which proves one ability. */
enum Trial {
    PLAIN("Restore", "", ""),
    TCP("TcpEstablished", "--tcp-established", ""),
    LOCK("FileLocks", "--file-locks", ""),
    SHELL_JOB("ShellJob", "--shell-job", ""),
    /** Not an option of any runtime, only of CRIU's configuration. */
    LINK("LinkRemap", "", "link-remap");

    private final String ability;
    private final String runtimeOption;
    private final String criuOption;

    Trial(String ability, String runtimeOption, String criuOption) {
        this.ability = ability;
        this.runtimeOption = runtimeOption;
        this.criuOption = criuOption;
    }

    String ability() {
        return ability;
    }

    /** For {@code checkpoint} and for {@code restore}. */
    List<String> runtimeOptions() {
        return runtimeOption.isEmpty() ? List.of() : List.of(runtimeOption);
    }

    /** Lines of a configuration of CRIU that this canary alone is dumped with. */
    List<String> criuOptions() {
        return criuOption.isEmpty() ? List.of() : List.of(criuOption);
    }
}
