package dev.podmigration.operator.plugin;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;

/**
 * The classes of one jar. Of the operator it sees what a plugin is written against and nothing
 * else, so that neither gets in the way of the other's libraries.
 */
final class PluginClassLoader extends URLClassLoader {

    private static final List<String> SHARED =
            List.of(
                    "dev.podmigration.workload.",
                    "dev.podmigration.api.",
                    "io.fabric8.kubernetes.api.",
                    "io.fabric8.kubernetes.client.",
                    "io.fabric8.kubernetes.model.",
                    "com.fasterxml.jackson.",
                    "org.jspecify.annotations.",
                    "org.slf4j.");

    PluginClassLoader(URL jar, ClassLoader operator) {
        super("plugin " + jar, new URL[] {jar}, new Shared(operator));
    }

    /** The JDK, and what both sides use. */
    private static final class Shared extends ClassLoader {

        private final ClassLoader operator;

        Shared(ClassLoader operator) {
            super("operator, as plugins see it", ClassLoader.getPlatformClassLoader());
            this.operator = operator;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (SHARED.stream().noneMatch(name::startsWith)) {
                throw new ClassNotFoundException(name);
            }
            return operator.loadClass(name);
        }
    }
}
