package dev.podmigration.agent.runtime;

import dev.podmigration.agent.host.Host;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts the kubelet of this node: by the cluster's authority, or because it shows exactly the
 * certificate that lies on this node's disk. The latter is how kubeadm leaves nodes (a certificate
 * the kubelet signed itself, without its address in it).
 */
public final class KubeletTrust extends X509ExtendedTrustManager {

    /**
     * Where a kubelet with default settings keeps what it serves with; looked at anew because it
     * rotates.
     */
    private static final List<String> OWN_CERTIFICATES =
            List.of(
                    "/var/lib/kubelet/pki/kubelet.crt",
                    "/var/lib/kubelet/pki/kubelet-server-current.pem");

    private final Host host;
    private final X509ExtendedTrustManager cluster;

    private KubeletTrust(Host host, X509ExtendedTrustManager cluster) {
        this.host = host;
        this.cluster = cluster;
    }

    /**
     * For connections to the kubelet of this node.
     *
     * @param clusterAuthority PEM file of the cluster's certificate authority
     */
    public static SSLContext context(Host host, Path clusterAuthority)
            throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                null,
                new TrustManager[] {new KubeletTrust(host, trustManager(clusterAuthority))},
                null);
        return context;
    }

    private static X509ExtendedTrustManager trustManager(Path authority)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int index = 0;
        for (Certificate certificate : certificates(authority)) {
            store.setCertificateEntry("cluster-" + index++, certificate);
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509ExtendedTrustManager.class::isInstance)
                .map(X509ExtendedTrustManager.class::cast)
                .findFirst()
                .orElseThrow(
                        () -> new GeneralSecurityException("this JDK has no X.509 trust manager"));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        if (!isOwn(chain[0])) {
            cluster.checkServerTrusted(chain, authType, engine);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket connection)
            throws CertificateException {
        if (!isOwn(chain[0])) {
            cluster.checkServerTrusted(chain, authType, connection);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        if (!isOwn(chain[0])) {
            cluster.checkServerTrusted(chain, authType);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("no clients are expected here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket connection)
            throws CertificateException {
        throw new CertificateException("no clients are expected here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("no clients are expected here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return cluster.getAcceptedIssuers();
    }

    private boolean isOwn(X509Certificate shown) throws CertificateException {
        for (String path : OWN_CERTIFICATES) {
            try {
                if (certificates(host.path(path)).getFirst().equals(shown)) {
                    return true;
                }
            } catch (NoSuchFileException e) {
                // This kubelet gets its certificate some other way.
            } catch (IOException e) {
                throw new CertificateException("cannot read the kubelet's certificate " + path, e);
            }
        }
        return false;
    }

    /** The certificates of a PEM file, which may hold a private key too. */
    private static List<? extends Certificate> certificates(Path pem)
            throws IOException, CertificateException {
        try (InputStream stream = Files.newInputStream(pem)) {
            return List.copyOf(
                    CertificateFactory.getInstance("X.509").generateCertificates(stream));
        }
    }
}
