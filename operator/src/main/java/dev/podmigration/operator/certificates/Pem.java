package dev.podmigration.operator.certificates;

import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Objects as PEM text and back. */
final class Pem {

    private Pem() {}

    static String write(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write PEM", e);
        }
        return text.toString();
    }

    /** The first object in the text; fails when it is not of the wanted type. */
    static <T> T read(String pem, Class<T> type) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            Object object = parser.readObject();
            if (!type.isInstance(object)) {
                throw new IOException("The PEM text holds no " + type.getSimpleName());
            }
            return type.cast(object);
        }
    }
}
