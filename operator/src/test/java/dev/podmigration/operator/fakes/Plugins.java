package dev.podmigration.operator.fakes;

import dev.podmigration.operator.plugin.PluginLoader;
import dev.podmigration.operator.workload.Workloads;

import java.util.List;
import java.util.Optional;

/** Sets of plugins. */
public final class Plugins {

    /** Only what is built in. */
    public static final Workloads NONE = new Workloads(List.of(), List.of());

    /** What comes with the operator. */
    public static final Workloads SHIPPED = PluginLoader.load(Optional.empty());

    private Plugins() {}
}
