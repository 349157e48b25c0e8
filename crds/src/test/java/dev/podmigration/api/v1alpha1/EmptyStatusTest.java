package dev.podmigration.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.stream.Stream;

class EmptyStatusTest {

    static Stream<HasMetadata> objects() {
        return Stream.of(
                new PodMigration(), new PodCheckpoint(), new PodRestore(), new MigrationNode());
    }

    @ParameterizedTest
    @MethodSource("objects")
    void aStatusThatNobodyHasWrittenIsNotSent(HasMetadata object) {
        assertThat(Serialization.asJson(object)).doesNotContain("status");
    }

    @ParameterizedTest
    @MethodSource("objects")
    void anObjectWithoutAStatusReadsAsOneWithAnEmptyStatus(HasMetadata object) {
        assertThat(Serialization.clone(object)).isEqualTo(object);
    }
}
