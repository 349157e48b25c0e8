package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Default;

/** How memory moves. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public class MemorySettings extends ApiBean {
    @JsonPropertyDescription(
            "Auto: the best mode that both nodes have proved. Copy: all memory moves while the pod"
                    + " is frozen. Default: Auto.")
    @Default("Auto")
    private MemoryMode mode = MemoryMode.Auto;

    @JsonPropertyDescription(
            "Auto: JVMs that can give memory back while their program runs do so before the freeze:"
                + " G1 with a heap at least 64 MiB larger than its smallest size. Their flags are"
                + " put back before the freeze. Never: no JVM is told anything. Default: Auto.")
    @Default("Auto")
    private HeapTrimMode trimHeap = HeapTrimMode.Auto;

    public MemoryMode getMode() {
        return mode;
    }

    public void setMode(MemoryMode mode) {
        this.mode = mode;
    }

    public HeapTrimMode getTrimHeap() {
        return trimHeap;
    }

    public void setTrimHeap(HeapTrimMode trimHeap) {
        this.trimHeap = trimHeap;
    }
}
