package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** A Java virtual machine found in a container. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class Jvm extends ApiBean {
    @JsonPropertyDescription("Version, for example 21.0.4+7.")
    private @Nullable String version;

    @JsonPropertyDescription("Vendor.")
    private @Nullable String vendor;

    @JsonPropertyDescription("Main class or jar file.")
    private @Nullable String mainClass;

    @JsonPropertyDescription("Garbage collector, for example G1.")
    private @Nullable String collector;

    @JsonPropertyDescription("Largest heap size. Unit: bytes.")
    private @Nullable Long maxHeapBytes;

    @JsonPropertyDescription("Heap that is committed now. Unit: bytes.")
    private @Nullable Long heapBytes;

    @JsonPropertyDescription("Memory for compiled code that is committed now. Unit: bytes.")
    private @Nullable Long codeCacheBytes;

    @JsonPropertyDescription("Threads, the JVM's own among them. Unit: threads.")
    private @Nullable Integer threads;

    @JsonPropertyDescription(
            "true: it keeps statistics for tools in a file that it has mapped (-XX:+UsePerfData)."
                    + " Default: false.")
    private boolean perfData = false;

    @JsonPropertyDescription(
            "Libraries that are mapped although their files are deleted, as programs do that unpack"
                    + " them, for example Netty.")
    private List<String> deletedLibraries = new ArrayList<>();

    public @Nullable String getVersion() {
        return version;
    }

    public void setVersion(@Nullable String version) {
        this.version = version;
    }

    public @Nullable String getVendor() {
        return vendor;
    }

    public void setVendor(@Nullable String vendor) {
        this.vendor = vendor;
    }

    public @Nullable String getMainClass() {
        return mainClass;
    }

    public void setMainClass(@Nullable String mainClass) {
        this.mainClass = mainClass;
    }

    public @Nullable String getCollector() {
        return collector;
    }

    public void setCollector(@Nullable String collector) {
        this.collector = collector;
    }

    public @Nullable Long getMaxHeapBytes() {
        return maxHeapBytes;
    }

    public void setMaxHeapBytes(@Nullable Long maxHeapBytes) {
        this.maxHeapBytes = maxHeapBytes;
    }

    public @Nullable Long getHeapBytes() {
        return heapBytes;
    }

    public void setHeapBytes(@Nullable Long heapBytes) {
        this.heapBytes = heapBytes;
    }

    public @Nullable Long getCodeCacheBytes() {
        return codeCacheBytes;
    }

    public void setCodeCacheBytes(@Nullable Long codeCacheBytes) {
        this.codeCacheBytes = codeCacheBytes;
    }

    public @Nullable Integer getThreads() {
        return threads;
    }

    public void setThreads(@Nullable Integer threads) {
        this.threads = threads;
    }

    public boolean isPerfData() {
        return perfData;
    }

    public void setPerfData(boolean perfData) {
        this.perfData = perfData;
    }

    public List<String> getDeletedLibraries() {
        return deletedLibraries;
    }

    public void setDeletedLibraries(List<String> deletedLibraries) {
        this.deletedLibraries = deletedLibraries;
    }
}
