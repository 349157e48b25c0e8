package dev.podmigration.agent.peer;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The certificate of this node's agent and the authority that it trusts. Both can change while
 * connections are open; new connections use the new ones. Thread-safe.
 */
public final class Identity {

    private final AdvancedTlsX509KeyManager key = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager trust;
    private volatile @Nullable Instant expiry;

    public Identity() throws GeneralSecurityException {
        trust = AdvancedTlsX509TrustManager.newBuilder().build();
    }

    /**
     * Takes a new certificate; connections that are open keep the old one.
     *
     * @param chain own certificate first
     * @param authorities what certificates of other agents must be signed by
     */
    public void update(
            PrivateKey privateKey, List<X509Certificate> chain, List<X509Certificate> authorities)
            throws GeneralSecurityException {
        try {
            trust.updateTrustCredentials(authorities.toArray(X509Certificate[]::new));
        } catch (java.io.IOException e) {
            throw new GeneralSecurityException("The authority's certificates cannot be used", e);
        }
        key.updateIdentityCredentials(chain.toArray(X509Certificate[]::new), privateKey);
        expiry = chain.getFirst().getNotAfter().toInstant();
    }

    /** When the certificate ends; empty before there is one. */
    public Optional<Instant> expiry() {
        return Optional.ofNullable(expiry);
    }

    ChannelCredentials clientCredentials() {
        return TlsChannelCredentials.newBuilder().keyManager(key).trustManager(trust).build();
    }

    ServerCredentials serverCredentials() {
        return TlsServerCredentials.newBuilder()
                .keyManager(key)
                .trustManager(trust)
                .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                .build();
    }
}
