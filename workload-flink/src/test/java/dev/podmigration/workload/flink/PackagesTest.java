package dev.podmigration.workload.flink;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;

import org.junit.jupiter.api.Test;

class PackagesTest {

    private static final String ROOT = "dev.podmigration.workload.flink";

    private final JavaClasses all =
            new ClassFileImporter()
                    .withImportOption(location -> !location.contains("test-classes"))
                    .importPackages(ROOT);

    @Test
    void packagesDependOnEachOtherOneWay() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(all);
    }

    /** The operator has to work with versions of Flink that it was not built with. */
    @Test
    void nothingOfFlinkIsNeeded() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.flink..")
                .check(all);
    }

    /** What decides can be tested without a cluster. */
    @Test
    void budgetsAndWindowsAskNobody() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".configuration", ROOT + ".checkpoint", ROOT + ".detect")
                .should()
                .dependOnClassesThat()
                .haveSimpleName("FlinkRest")
                .orShould()
                .dependOnClassesThat()
                .haveSimpleName("Namespace")
                .check(all);
    }
}
