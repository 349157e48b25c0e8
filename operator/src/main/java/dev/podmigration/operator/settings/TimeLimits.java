package dev.podmigration.operator.settings;

import java.time.Duration;

/**
 * How long the operator waits for others. The freeze itself is not among them: the agents limit it.
 *
 * @param heartbeat age of an agent's last report from which on it counts as silent
 * @param inspection for the source agent to look into the pod
 * @param scheduling for a target pod that the scheduler calls unschedulable
 * @param arming for the target pod to reach its launcher, from its scheduling on
 * @param rollBack for both agents to confirm that everything is undone
 * @param readiness for the target pod to become Ready before a ReplicaSet takes it over anyway
 * @param removal for the source pod to go by itself once it may
 * @param refused until a change is tried again that the API server refused
 */
public record TimeLimits(
        Duration heartbeat,
        Duration inspection,
        Duration scheduling,
        Duration arming,
        Duration rollBack,
        Duration readiness,
        Duration removal,
        Duration refused) {

    public static final TimeLimits DEFAULT =
            new TimeLimits(
                    Duration.ofSeconds(90),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(120),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30));

    public TimeLimits withHeartbeat(Duration limit) {
        return new TimeLimits(
                limit, inspection, scheduling, arming, rollBack, readiness, removal, refused);
    }
}
