package dev.podmigration.agent;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The checkpoint agent of one node. */
@Command(
        name = "checkpoint-agent",
        description = "Freezes, moves and restores the pods of one node.",
        mixinStandardHelpOptions = true,
        subcommands = {RunCommand.class, UninstallCommand.class, RetireCommand.class})
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
