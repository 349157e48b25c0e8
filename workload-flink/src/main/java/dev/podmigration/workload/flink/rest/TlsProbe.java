package dev.podmigration.workload.flink.rest;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Whether a port that does not understand HTTP speaks TLS. Trusts nobody and sends nothing. */
final class TlsProbe {

    private TlsProbe() {}

    /** A server that shows a certificate speaks TLS, whatever the certificate is worth. */
    static boolean speaksTls(RestAddress address, RestLimits limits) {
        AtomicBoolean certificateSeen = new AtomicBoolean();
        int millis = Math.toIntExact(limits.connect().toMillis());
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(address.host(), address.port()), millis);
            plain.setSoTimeout(millis);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {refuseAll(certificateSeen)}, null);
            try (SSLSocket tls =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(plain, address.host(), address.port(), true)) {
                tls.startHandshake();
            }
        } catch (IOException | GeneralSecurityException expected) {
            // Every probe ends like this: by the refusal below, or because it is not TLS.
            return certificateSeen.get();
        }
        return certificateSeen.get();
    }

    private static X509TrustManager refuseAll(AtomicBoolean seen) {
        return new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type)
                    throws CertificateException {
                throw new CertificateException("nobody is trusted");
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type)
                    throws CertificateException {
                seen.set(true);
                throw new CertificateException("nobody is trusted");
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
    }
}
