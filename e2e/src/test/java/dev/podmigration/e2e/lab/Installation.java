package dev.podmigration.e2e.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** podmigration in the lab, put there once a run by deploy/on-lab. */
public final class Installation implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(15);

    private final Lab lab;
    private final List<NodeInventory> nodesBefore;
    private boolean removed;

    private Installation(Lab lab, List<NodeInventory> nodesBefore) {
        this.lab = lab;
        this.nodesBefore = nodesBefore;
    }

    /** Installs, unless -Dlab.installed=true says that the right version is there. */
    public static Installation make() {
        Lab lab = Lab.connect();
        if (Boolean.getBoolean("lab.installed")) {
            return new Installation(lab, List.of());
        }
        boolean bare = !isThere(lab);
        List<NodeInventory> before = bare ? NodeInventory.ofAll(lab) : List.of();
        run("install");
        return new Installation(lab, before);
    }

    private static boolean isThere(Lab lab) {
        return lab.client().namespaces().withName("podmigration-system").get() != null;
    }

    public Lab lab() {
        return lab;
    }

    /** The nodes without podmigration; empty if it was there before this run. */
    public List<NodeInventory> nodesBefore() {
        return nodesBefore;
    }

    public void remove() {
        run("uninstall");
        removed = true;
    }

    boolean isRemoved() {
        return removed;
    }

    private static void run(String verb) {
        List<String> command =
                new ArrayList<>(List.of(Lab.project().resolve("deploy/on-lab").toString(), verb));
        if (verb.equals("install") && Boolean.getBoolean("lab.built")) {
            command.add("--built");
        }
        System.out.println(Program.run(LIMIT, command).orFail());
    }

    @Override
    public void close() throws IOException {
        lab.close();
    }
}
