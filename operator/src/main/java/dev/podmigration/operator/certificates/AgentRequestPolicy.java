package dev.podmigration.operator.certificates;

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
    static final String ORGANIZATION = "podmigration:agents";

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
    Optional<String> objection(
            CertificateSigningRequest request, AgentRequest wanted, @Nullable Node node) {
        CertificateSigningRequestSpec spec = request.getSpec();
        String name = wanted.nodeName();
        if (!agentUser.equals(spec.getUsername())) {
            return Optional.of("requested by " + spec.getUsername() + ", not by " + agentUser);
        }
        if (!nodeOfRequester(spec).equals(name)) {
            return Optional.of(
                    "the requester runs on node '"
                            + nodeOfRequester(spec)
                            + "' and asks for '"
                            + name
                            + "'");
        }
        if (!ORGANIZATION.equals(wanted.organization()) || wanted.subject().getRDNs().length != 2) {
            return Optional.of("the subject must be CN=" + name + ",O=" + ORGANIZATION);
        }
        Set<String> usages = Set.copyOf(spec.getUsages());
        if (!usages.containsAll(REQUIRED_USAGES) || !ALLOWED_USAGES.containsAll(usages)) {
            return Optional.of(
                    "usages must be client auth and server auth, not " + spec.getUsages());
        }
        if (node == null) {
            return Optional.of("there is no node " + name);
        }
        return names(wanted, node);
    }

    private static Optional<String> names(AgentRequest wanted, Node node) {
        String name = node.getMetadata().getName();
        if (wanted.hasOtherNames() || !wanted.dnsNames().equals(List.of(name))) {
            return Optional.of(
                    "alternative names must be DNS:" + name + " and addresses of that node");
        }
        Set<String> own = addresses(node);
        return wanted.addresses().stream()
                .map(InetAddress::getHostAddress)
                .filter(address -> !own.contains(address))
                .findFirst()
                .map(address -> address + " is no address of node " + name);
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
