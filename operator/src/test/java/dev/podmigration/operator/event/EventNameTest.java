package dev.podmigration.operator.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;

import java.util.Random;
import java.util.regex.Pattern;

class EventNameTest {

    /** k8s.io/apimachinery/pkg/util/validation: IsDNS1123Subdomain. */
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    @Test
    void aShortNameIsKept() {
        assertThat(EventName.of(pod("app"), "x")).matches("app\\.[0-9a-f]{16}");
    }

    @Test
    void theLongestNamesGiveLegalNames() {
        for (String name :
                new String[] {
                    "a".repeat(253),
                    "a".repeat(236),
                    "a".repeat(237),
                    "a".repeat(235) + "-" + "b".repeat(17),
                    "a".repeat(235) + "." + "b".repeat(17),
                    "a".repeat(230) + "------" + "b".repeat(17),
                    ("a".repeat(62) + ".").repeat(4) + "b"
                }) {
            assertLegal(name);
        }
    }

    @Test
    void everyLegalNameGivesALegalName() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            String name = legal(random);
            assertThat(SUBDOMAIN.matcher(name).matches()).as("seed %d: %s", seed, name).isTrue();
            assertLegal(name);
        }
    }

    @Test
    void whatItSaysAndAboutWhomTellsEventsApart() {
        Pod one = pod("a".repeat(253));
        Pod other = new PodBuilder(one).editMetadata().withUid("other").endMetadata().build();

        assertThat(EventName.of(one, "x"))
                .isEqualTo(EventName.of(one, "x"))
                .isNotEqualTo(EventName.of(one, "y"))
                .isNotEqualTo(EventName.of(other, "x"));
    }

    private static void assertLegal(String name) {
        assertThat(EventName.of(pod(name), "x"))
                .as("of %s", name)
                .hasSizeLessThanOrEqualTo(253)
                .matches(SUBDOMAIN);
    }

    /** Between 200 and 253 characters, with as many dots and dashes as may be. */
    private static String legal(Random random) {
        int length = random.nextInt(200, 254);
        StringBuilder name = new StringBuilder("a");
        while (name.length() < length - 1) {
            char last = name.charAt(name.length() - 1);
            String allowed = last == '.' ? "az09" : last == '-' ? "a9-" : "a9-.";
            name.append(allowed.charAt(random.nextInt(allowed.length())));
        }
        return name.append('z').toString();
    }

    private static Pod pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid("uid")
                .endMetadata()
                .build();
    }
}
