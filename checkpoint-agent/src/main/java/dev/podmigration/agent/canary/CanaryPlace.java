package dev.podmigration.agent.canary;

import dev.podmigration.agent.host.NodeDirectories;

import java.util.Locale;

/** Where one trial keeps its things, as the node names it. */
record CanaryPlace(Trial trial) {

    static final String BASE = NodeDirectories.STATE + "/canary";

    static String containerId(Trial trial) {
        return "podmigration-canary-" + trial.name().toLowerCase(Locale.ROOT);
    }

    String containerId() {
        return containerId(trial);
    }

    String directory() {
        return BASE + "/" + trial.name().toLowerCase(Locale.ROOT);
    }

    /** The runtime's own list of containers; not CRI-O's, which would wonder. */
    String runtimeRoot() {
        return directory() + "/state";
    }

    String bundle() {
        return directory() + "/bundle";
    }

    String images() {
        return directory() + "/images";
    }

    String work() {
        return directory() + "/work";
    }

    String output() {
        return directory() + "/output";
    }

    String criuConfiguration() {
        return directory() + "/criu.conf";
    }

    String networkNamespace() {
        return directory() + "/network";
    }
}
