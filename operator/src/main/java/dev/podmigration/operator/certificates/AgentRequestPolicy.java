package dev.podmigration.operator.certificates;

import dev.podmigration.operator.certificates.RequestRefusal.Reason;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestSpec;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which signing requests come from an agent and ask for no more than that agent's node. The
 * node name in the requester's extra fields is set by the API server from the bound service account
 * token, so that an agent that was taken over on one node cannot get a certificate for another.
 */
final class AgentRequestPolicy {

    static final String SIGNER = "podmigration.dev/agent";

    private static final String NODE_NAME_EXTRA = "authentication.kubernetes.io/node-name";
    private static final Set<String> REQUIRED_USAGES = Set.of("client auth", "server auth");
    private static final Set<String> ALLOWED_USAGES =
            Set.of("client auth", "server auth", "digital signature", "key encipherment");

    private final String agentUser;

    /**
     * A policy for the agents of one installation.
     *
     * @param agentUser user name of the agents' service account, {@code
     *     system:serviceaccount:<namespace>:<name>}
     */
    AgentRequestPolicy(String agentUser) {
        this.agentUser = agentUser;
    }

    /** Why the request must not be signed; empty when it may be. */
    Optional<RequestRefusal> refusal(
            CertificateSigningRequest request, AgentRequest wanted, @Nullable Node node) {
        CertificateSigningRequestSpec spec = request.getSpec();
        String name = wanted.nodeName();
        if (!agentUser.equals(spec.getUsername())) {
            return refused(
                    Reason.NotAnAgent,
                    "requested by " + spec.getUsername() + ", not by " + agentUser);
        }
        if (!nodeOfRequester(spec).equals(name)) {
            return refused(
                    Reason.OtherNode,
                    "the requester runs on node '"
                            + nodeOfRequester(spec)
                            + "' and asks for '"
                            + name
                            + "'");
        }
        Set<String> usages = Set.copyOf(spec.getUsages());
        if (!usages.containsAll(REQUIRED_USAGES) || !ALLOWED_USAGES.containsAll(usages)) {
            return refused(
                    Reason.NotForAnAgent,
                    "usages must be client auth and server auth, not " + spec.getUsages());
        }
        if (node == null) {
            return refused(Reason.NoSuchNode, "there is no node " + name);
        }
        Set<String> own = addresses(node);
        return wanted.addresses().stream()
                .map(InetAddress::getHostAddress)
                .filter(address -> !own.contains(address))
                .findFirst()
                .flatMap(
                        address ->
                                refused(
                                        Reason.NotForAnAgent,
                                        address + " is no address of node " + name));
    }

    private static Optional<RequestRefusal> refused(Reason reason, String message) {
        return Optional.of(new RequestRefusal(reason, message));
    }

    private static Set<String> addresses(Node node) {
        return Optional.ofNullable(node.getStatus()).stream()
                .flatMap(status -> status.getAddresses().stream())
                .filter(address -> address.getType().endsWith("IP"))
                .map(NodeAddress::getAddress)
                .flatMap(AgentRequestPolicy::canonical)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * One spelling of an IPv6 address; a text that is no address is left out, never looked up by
     * name.
     */
    private static Stream<String> canonical(String address) {
        try {
            return Stream.of(InetAddress.ofLiteral(address).getHostAddress());
        } catch (IllegalArgumentException _) {
            return Stream.empty();
        }
    }

    private static String nodeOfRequester(CertificateSigningRequestSpec spec) {
        Map<String, List<String>> extra = spec.getExtra();
        List<String> names =
                extra == null ? List.of() : extra.getOrDefault(NODE_NAME_EXTRA, List.of());
        return names.size() == 1 ? names.getFirst() : "";
    }
}
