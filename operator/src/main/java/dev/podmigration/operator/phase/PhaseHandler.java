package dev.podmigration.operator.phase;

import dev.podmigration.operator.observe.Observation;

/**
 * What one phase does. Pure but for the draft of the status in the observation, where it notes what
 * it decided; that draft is written before the decision is carried out.
 */
interface PhaseHandler {

    Decision next(Observation seen);
}
