package dev.podmigration.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;

import org.junit.jupiter.api.Test;

class PackagesTest {

    private static final String ROOT = "dev.podmigration.operator";

    private final JavaClasses all =
            new ClassFileImporter()
                    .withImportOption(location -> !location.contains("test-classes"))
                    .importPackages(ROOT);

    @Test
    void packagesDependOnEachOtherOneWay() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(all);
    }

    @Test
    void theOperatorKnowsNothingOfTheAgent() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.podmigration.agent..")
                .check(all);
    }

    /** What comes with it is found like any other plugin. */
    @Test
    void theOperatorKnowsNoPlugin() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.podmigration.workload.jvm..", "dev.podmigration.workload.flink..")
                .check(all);
    }

    /** What decides can be tested without a cluster. */
    @Test
    void decisionsCannotTalkToTheCluster() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        ROOT + ".phase",
                        ROOT + ".preflight",
                        ROOT + ".target",
                        ROOT + ".owner",
                        ROOT + ".address",
                        ROOT + ".workload",
                        ROOT + ".policy",
                        ROOT + ".observe",
                        ROOT + ".status")
                .should()
                .dependOnClassesThat()
                .haveSimpleName("KubernetesClient")
                .check(all);
    }

    @Test
    void onlyTheControllersKnowTheOperatorSdk() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, ROOT + ".controller", ROOT + ".certificates")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.javaoperatorsdk..")
                .check(all);
    }
}
