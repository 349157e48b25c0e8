package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import io.fabric8.generator.annotation.Default;

/** What becomes of the pod address and of its connections. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public class NetworkSettings extends ApiBean {
    @JsonPropertyDescription(
            "Auto: Keep where the network allows it, else New. Keep: the target answers on the"
                + " address of the source and connections live on. New: the target gets an address"
                + " of its own and connections are closed. Default: Auto.")
    @Default("Auto")
    private AddressMode address = AddressMode.Auto;

    public AddressMode getAddress() {
        return address;
    }

    public void setAddress(AddressMode address) {
        this.address = address;
    }
}
