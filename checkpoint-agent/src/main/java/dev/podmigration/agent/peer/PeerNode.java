package dev.podmigration.agent.peer;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

import java.security.cert.X509Certificate;
import java.util.Optional;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Which node calls: the common name of its certificate, which only the operator signs. Calls
 * without one are refused.
 */
final class PeerNode implements ServerInterceptor {

    static final Context.Key<String> CURRENT = Context.key("node");

    /** Organisation of every agent's certificate. */
    static final String ORGANISATION = "podmigration:agents";

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Optional<String> node = node(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        if (node.isEmpty()) {
            call.close(
                    Status.UNAUTHENTICATED.withDescription("not the certificate of an agent"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return Contexts.interceptCall(
                Context.current().withValue(CURRENT, node.get()), call, headers, next);
    }

    private static Optional<String> node(SSLSession session) {
        try {
            X509Certificate certificate = (X509Certificate) session.getPeerCertificates()[0];
            return node(certificate);
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    static Optional<String> node(X509Certificate certificate) {
        try {
            String name = null;
            boolean agent = false;
            for (Rdn part :
                    new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.size() != 1) {
                    // Which of them comes first is not the same for everybody who reads it.
                    return Optional.empty();
                }
                if (part.getType().equalsIgnoreCase("CN")) {
                    name = part.getValue().toString();
                } else if (part.getType().equalsIgnoreCase("O")) {
                    agent |= ORGANISATION.equals(part.getValue());
                }
            }
            return agent ? Optional.ofNullable(name) : Optional.empty();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }
}
