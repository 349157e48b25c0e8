package dev.podmigration.agent.source;

import dev.podmigration.api.v1alpha1.ByteCounts;
import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.api.v1alpha1.Step;
import dev.podmigration.api.v1alpha1.Timestamps;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a freeze was like, by the clock of the source's node.
 *
 * @param start when the kubelet was asked for the checkpoint: a little before the first process was
 *     stopped
 * @param length until the target said that it runs, or until the source ran again; empty while
 *     neither is known
 * @param steps what the time went into
 * @param memoryBytes sent as CRIU images
 * @param fileBytes sent as file content, all rounds
 * @param trimmedBytes that JVMs gave back before the freeze
 * @param addresses that moved, in CIDR notation
 */
public record FreezeReport(
        Instant start,
        Optional<Duration> length,
        List<Step> steps,
        long memoryBytes,
        long fileBytes,
        long trimmedBytes,
        List<String> addresses) {

    public FreezeReport {
        steps = List.copyOf(steps);
        addresses = List.copyOf(addresses);
    }

    public void into(PodCheckpointStatus status) {
        Freeze freeze = new Freeze();
        freeze.setStart(Timestamps.format(start));
        length.ifPresent(
                time -> {
                    freeze.setEnd(Timestamps.format(start.plus(time)));
                    freeze.setMilliseconds(time.toMillis());
                });
        status.setFreeze(freeze);
        status.setSteps(steps);
        ByteCounts bytes = new ByteCounts();
        bytes.setMemory(memoryBytes);
        bytes.setFiles(fileBytes);
        if (trimmedBytes > 0) {
            bytes.setTrimmed(trimmedBytes);
        }
        status.setBytes(bytes);
        status.setAddresses(addresses);
    }
}
