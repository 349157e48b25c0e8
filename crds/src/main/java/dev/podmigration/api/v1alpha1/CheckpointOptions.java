package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * CRIU options, typed. What is absent is decided from the detected workload. They end in a
 * configuration file that CRIU reads as root, so nothing here can carry a line break, white space
 * or a comment sign.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public class CheckpointOptions extends ApiBean {
    /** Rules for specs only: in the list of containers of a status they would cost too much. */
    static final String NO_PARENT = "self.extMountMap.all(m, !m.contains('..'))";

    static final String NO_PARENT_MESSAGE = "extMountMap paths must not contain ..";

    static final String DISTINCT =
            "self.extMountMap.all(m, self.extMountMap.exists_one(o, o.split(':')[0] =="
                    + " m.split(':')[0]))";

    static final String DISTINCT_MESSAGE = "extMountMap names the same path twice";

    /**
     * One entry of {@code extMountMap}. In Java use it with {@code Matcher.matches()}: {@code $}
     * alone lets a final line break pass.
     */
    public static final String EXT_MOUNT = "^(/[A-Za-z0-9_.+@~=-]+)+:(/[A-Za-z0-9_.+@~=-]+)+$";

    @JsonPropertyDescription(
            "true: established TCP connections are saved and restored. false: they are closed."
                    + " Default: decided from the workload and from network.address.")
    private @Nullable Boolean tcpEstablished;

    @JsonPropertyDescription(
            "true: file locks held by the processes are saved and restored. Default: decided from"
                    + " the workload.")
    private @Nullable Boolean fileLocks;

    @JsonPropertyDescription(
            "true: processes whose session leader or terminal is outside of the container may be"
                    + " saved. Default: decided from the workload.")
    private @Nullable Boolean shellJob;

    @JsonPropertyDescription(
            "true: files that are deleted but still open, and have other names, are linked back for"
                    + " the checkpoint. Default: decided from the workload.")
    private @Nullable Boolean linkRemap;

    @JsonPropertyDescription(
            "Mounts that come from outside of the container, each as path:path (path in the"
                + " container, then path on the node). Both absolute, without .. and with letters,"
                + " digits and _ . + @ ~ = - only. At most 16 entries of 512 characters. Default:"
                + " [].")
    @Default("[]")
    @Size(max = 16)
    private List<@Pattern(CheckpointOptions.EXT_MOUNT) @Size(max = 512) String> extMountMap =
            new ArrayList<>();

    @JsonPropertyDescription(
            "Largest deleted but still open file that is put into the checkpoint. Unit: bytes, 0 to"
                    + " 1073741824 (1 GiB). Default: decided from the workload.")
    @Min(0)
    @Max(1073741824)
    private @Nullable Long ghostLimitBytes;

    public @Nullable Boolean getTcpEstablished() {
        return tcpEstablished;
    }

    public void setTcpEstablished(@Nullable Boolean tcpEstablished) {
        this.tcpEstablished = tcpEstablished;
    }

    public @Nullable Boolean getFileLocks() {
        return fileLocks;
    }

    public void setFileLocks(@Nullable Boolean fileLocks) {
        this.fileLocks = fileLocks;
    }

    public @Nullable Boolean getShellJob() {
        return shellJob;
    }

    public void setShellJob(@Nullable Boolean shellJob) {
        this.shellJob = shellJob;
    }

    public @Nullable Boolean getLinkRemap() {
        return linkRemap;
    }

    public void setLinkRemap(@Nullable Boolean linkRemap) {
        this.linkRemap = linkRemap;
    }

    public List<String> getExtMountMap() {
        return extMountMap;
    }

    public void setExtMountMap(List<String> extMountMap) {
        this.extMountMap = extMountMap;
    }

    public @Nullable Long getGhostLimitBytes() {
        return ghostLimitBytes;
    }

    public void setGhostLimitBytes(@Nullable Long ghostLimitBytes) {
        this.ghostLimitBytes = ghostLimitBytes;
    }
}
