package dev.podmigration.operator.forecast;

import org.jspecify.annotations.Nullable;

/**
 * How long the freeze of one migration will be.
 *
 * @param milliseconds expected length
 * @param derivation how it comes about, for a person
 */
public record FreezeForecast(long milliseconds, String derivation) {

    /**
     * Makes a forecast.
     *
     * @param target null while the scheduler has not chosen it
     * @param containers of the pod
     * @param bytes that have to move
     */
    public static FreezeForecast of(
            FreezeHistory history,
            String source,
            @Nullable String target,
            int containers,
            long bytes) {
        FreezeHistory.Basis basis = history.basis(source, target);
        FreezeModel model =
                basis.samples().isEmpty() ? FreezeModel.START : FreezeModel.fit(basis.samples());
        long milliseconds = model.millis(containers, bytes);
        return new FreezeForecast(
                milliseconds,
                "A freeze of about "
                        + milliseconds
                        + " ms is expected: "
                        + Math.round(model.containerMillis())
                        + " ms"
                        + (containers > 1 ? " for each of " + containers + " containers" : "")
                        + ", and "
                        + Math.round(bytes / FreezeModel.MEBIBYTE)
                        + " MiB at "
                        + model.mebibytesPerSecond()
                        + " MiB/s, "
                        + origin(basis, source, target)
                        + ".");
    }

    private static String origin(
            FreezeHistory.Basis basis, String source, @Nullable String target) {
        int count = basis.samples().size();
        if (count == 0) {
            return "which are starting values: no migration has been measured yet";
        }
        return "as measured in the last "
                + (count == 1 ? "migration" : count + " migrations")
                + (basis.betweenTheseNodes()
                        ? " from " + source + " to " + target
                        : " of this cluster");
    }
}
