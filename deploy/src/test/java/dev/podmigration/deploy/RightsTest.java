package dev.podmigration.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Subject;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the two programs may do. The list is short on purpose: an agent runs as root on every node.
 */
class RightsTest {
    private final List<HasMetadata> objects = Chart.ofThisProject().objects(Map.of());

    @Test
    void nothingIsGrantedByWildcard() {
        assertThat(rules("").toList())
                .isNotEmpty()
                .allSatisfy(
                        rule ->
                                assertThat(
                                                Stream.of(
                                                                rule.getVerbs(),
                                                                rule.getResources(),
                                                                rule.getApiGroups())
                                                        .flatMap(List::stream))
                                        .doesNotContain("*"));
    }

    @Test
    void secretsAreReadByTheOperatorAloneAndOnlyItsOwn() {
        assertThat(rules("podmigration-agent").filter(grants("secrets"))).isEmpty();
        assertThat(clusterRules().filter(grants("secrets"))).isEmpty();
        assertThat(
                        rules("podmigration-operator")
                                .filter(grants("secrets"))
                                .filter(rule -> !rule.getVerbs().equals(List.of("create"))))
                .isNotEmpty()
                .allSatisfy(
                        rule ->
                                assertThat(rule.getResourceNames())
                                        .containsExactly("podmigration-ca"));
    }

    @Test
    void agentsTouchNoPods() {
        assertThat(verbs("podmigration-agent", "pods")).containsOnly("get", "list", "watch");
        assertThat(verbs("podmigration-agent", "pods/exec")).isEmpty();
    }

    @Test
    void onlyAgentsTakeCheckpoints() {
        assertThat(verbs("podmigration-agent", "nodes/checkpoint")).containsExactly("create");
        assertThat(verbs("podmigration-operator", "nodes/checkpoint")).isEmpty();
    }

    @Test
    void theOperatorSignsForItsOwnSignerOnly() {
        assertThat(rules("podmigration-operator").filter(grants("signers")))
                .isNotEmpty()
                .allSatisfy(
                        rule ->
                                assertThat(rule.getResourceNames())
                                        .containsExactly("podmigration.dev/agent"));
    }

    @Test
    void withNamespacesToWatchTheOperatorTouchesPodsThereOnly() {
        List<HasMetadata> narrow =
                Chart.ofThisProject()
                        .objects(
                                Map.of(
                                        "operator.watchNamespaces[0]",
                                        "team-a",
                                        "operator.watchNamespaces[1]",
                                        "team-b"));
        assertThat(narrow)
                .filteredOn(object -> object.getMetadata().getName().endsWith("-operator-pods"))
                .extracting(object -> object.getKind() + " " + object.getMetadata().getNamespace())
                .containsExactlyInAnyOrder(
                        "ClusterRole null", "RoleBinding team-a", "RoleBinding team-b");
        assertThat(rulesOf("podmigration-operator").flatMap(rule -> rule.getResources().stream()))
                .doesNotContain("pods", "podmigrations");
    }

    @Test
    void everyBindingNamesAnAccountAndARoleThatExist() {
        Set<String> accounts =
                objects.stream()
                        .filter(ServiceAccount.class::isInstance)
                        .map(account -> account.getMetadata().getName())
                        .collect(Collectors.toSet());
        assertThat(bindings())
                .isNotEmpty()
                .allSatisfy(
                        binding -> {
                            assertThat(accounts).contains(binding.subject().getName());
                            assertThat(binding.subject().getNamespace()).isEqualTo(Chart.NAMESPACE);
                            assertThat(rules(binding.role())).isNotEmpty();
                        });
    }

    private record Binding(String role, Subject subject) {}

    private Stream<Binding> bindings() {
        return objects.stream()
                .flatMap(
                        object ->
                                switch (object) {
                                    case RoleBinding binding ->
                                            binding.getSubjects().stream()
                                                    .map(
                                                            subject ->
                                                                    new Binding(
                                                                            binding.getRoleRef()
                                                                                    .getName(),
                                                                            subject));
                                    case ClusterRoleBinding binding ->
                                            binding.getSubjects().stream()
                                                    .map(
                                                            subject ->
                                                                    new Binding(
                                                                            binding.getRoleRef()
                                                                                    .getName(),
                                                                            subject));
                                    default -> Stream.empty();
                                });
    }

    /** Rules of the roles whose names start so. */
    private Stream<PolicyRule> rules(String role) {
        return objects.stream()
                .filter(object -> object.getMetadata().getName().startsWith(role))
                .flatMap(
                        object ->
                                switch (object) {
                                    case Role found -> found.getRules().stream();
                                    case ClusterRole found -> found.getRules().stream();
                                    default -> Stream.empty();
                                });
    }

    /** Rules of the cluster role of just that name. */
    private Stream<PolicyRule> rulesOf(String role) {
        return objects.stream()
                .filter(ClusterRole.class::isInstance)
                .map(ClusterRole.class::cast)
                .filter(found -> found.getMetadata().getName().equals(role))
                .flatMap(found -> found.getRules().stream());
    }

    private Stream<PolicyRule> clusterRules() {
        return objects.stream()
                .filter(ClusterRole.class::isInstance)
                .map(ClusterRole.class::cast)
                .flatMap(role -> role.getRules().stream());
    }

    private Set<String> verbs(String role, String resource) {
        return rules(role)
                .filter(grants(resource))
                .flatMap(rule -> rule.getVerbs().stream())
                .collect(Collectors.toSet());
    }

    private static Predicate<PolicyRule> grants(String resource) {
        return rule -> rule.getResources().contains(resource);
    }
}
