package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Required;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/** One container as the agent of its node sees it. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class InspectedContainer extends ApiBean {
    @JsonPropertyDescription("Name of the container.")
    @Required
    private @Nullable String name;

    @JsonPropertyDescription("Identifier in the container runtime, without a prefix.")
    private @Nullable String containerId;

    @JsonPropertyDescription(
            "Process identifier of its first process, in the node's own namespace.")
    private @Nullable Long processId;

    @JsonPropertyDescription("What was detected in it: JVM or Process.")
    private @Nullable String workload;

    @JsonPropertyDescription("The Java virtual machine, if there is one.")
    private @Nullable Jvm jvm;

    @JsonPropertyDescription("CRIU options as they will be used.")
    private @Nullable CheckpointOptions options;

    @JsonPropertyDescription(
            "For each option that the spec left open: what decided it, for example tcpEstablished:"
                    + " JVM.")
    private Map<String, String> optionsAddedBy = new LinkedHashMap<>();

    @JsonPropertyDescription("Memory that has to move: private and shared pages. Unit: bytes.")
    private @Nullable Long memoryBytes;

    @JsonPropertyDescription("Shared memory and files in /dev/shm among it. Unit: bytes.")
    private @Nullable Long sharedMemoryBytes;

    @JsonPropertyDescription("Established TCP connections. Unit: sockets.")
    private @Nullable Integer establishedConnections;

    @JsonPropertyDescription("Listening TCP sockets. Unit: sockets.")
    private @Nullable Integer listeningSockets;

    @JsonPropertyDescription(
            "TCP sockets of the container by their state, for example ESTABLISHED: 3. Unit:"
                    + " sockets.")
    private Map<String, Integer> socketsByState = new LinkedHashMap<>();

    public @Nullable String getName() {
        return name;
    }

    public void setName(@Nullable String name) {
        this.name = name;
    }

    public @Nullable String getContainerId() {
        return containerId;
    }

    public void setContainerId(@Nullable String containerId) {
        this.containerId = containerId;
    }

    public @Nullable Long getProcessId() {
        return processId;
    }

    public void setProcessId(@Nullable Long processId) {
        this.processId = processId;
    }

    public @Nullable String getWorkload() {
        return workload;
    }

    public void setWorkload(@Nullable String workload) {
        this.workload = workload;
    }

    public @Nullable Jvm getJvm() {
        return jvm;
    }

    public void setJvm(@Nullable Jvm jvm) {
        this.jvm = jvm;
    }

    public @Nullable CheckpointOptions getOptions() {
        return options;
    }

    public void setOptions(@Nullable CheckpointOptions options) {
        this.options = options;
    }

    public Map<String, String> getOptionsAddedBy() {
        return optionsAddedBy;
    }

    public void setOptionsAddedBy(Map<String, String> optionsAddedBy) {
        this.optionsAddedBy = optionsAddedBy;
    }

    public @Nullable Long getMemoryBytes() {
        return memoryBytes;
    }

    public void setMemoryBytes(@Nullable Long memoryBytes) {
        this.memoryBytes = memoryBytes;
    }

    public @Nullable Long getSharedMemoryBytes() {
        return sharedMemoryBytes;
    }

    public void setSharedMemoryBytes(@Nullable Long sharedMemoryBytes) {
        this.sharedMemoryBytes = sharedMemoryBytes;
    }

    public @Nullable Integer getEstablishedConnections() {
        return establishedConnections;
    }

    public void setEstablishedConnections(@Nullable Integer establishedConnections) {
        this.establishedConnections = establishedConnections;
    }

    public @Nullable Integer getListeningSockets() {
        return listeningSockets;
    }

    public void setListeningSockets(@Nullable Integer listeningSockets) {
        this.listeningSockets = listeningSockets;
    }

    public Map<String, Integer> getSocketsByState() {
        return socketsByState;
    }

    public void setSocketsByState(Map<String, Integer> socketsByState) {
        this.socketsByState = socketsByState;
    }
}
