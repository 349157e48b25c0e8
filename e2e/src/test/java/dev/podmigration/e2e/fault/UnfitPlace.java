package dev.podmigration.e2e.fault;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;

import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.e2e.lab.Agent;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.workload.Lease;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClassBuilder;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/** Pods that cannot move from node-a to node-b, and nodes to which none can. */
enum UnfitPlace {
    NONE,
    HOST_NETWORK {
        @Override
        Pod pod(Pod pod) {
            return new PodBuilder(pod).editSpec().withHostNetwork(true).endSpec().build();
        }
    },
    /** Another process of node-b has the number of the pod's: it moves by good luck only. */
    HOST_PROCESSES {
        @Override
        Pod pod(Pod pod) {
            return new PodBuilder(pod).editSpec().withHostPID(true).endSpec().build();
        }

        @Override
        void begin(Playground playground) {
            String number =
                    playground
                            .lab()
                            .onNode(
                                    NODE_A,
                                    """
                                    for number in $(pgrep -x java); do
                                        if grep -q EchoServer "/proc/$number/cmdline"; then echo "$number"; fi
                                    done
                                    """)
                            .strip();
            playground
                    .lab()
                    .onNode(
                            NODE_B,
                            """
                            tries=0
                            until [ -e "/proc/$1" ]; do
                                [ "$tries" -lt 100 ]
                                tries=$((tries + 1))
                                echo "$(($1 - 1))" >/proc/sys/kernel/ns_last_pid
                                sleep 9731 </dev/null >/dev/null 2>&1 &
                                [ "$!" -eq "$1" ] || kill "$!"
                            done
                            """,
                            number);
        }

        @Override
        void end(Playground playground) {
            playground.lab().onNode(NODE_B, "pkill -f '^sleep 9731$' || :");
        }
    },
    CORDONED {
        @Override
        void begin(Playground playground) {
            cordon(playground, true);
        }

        @Override
        void end(Playground playground) {
            cordon(playground, null);
        }

        private static void cordon(Playground playground, @Nullable Boolean cordoned) {
            playground
                    .client()
                    .nodes()
                    .withName(NODE_B)
                    .edit(
                            (Node node) -> {
                                node.getSpec().setUnschedulable(cordoned);
                                return node;
                            });
        }
    },
    /** It stands still, and its node is not Ready for migrations. */
    SILENT_AGENT {
        @Override
        void begin(Playground playground) {
            new Agent(playground.lab(), NODE_B).stop();
            playground
                    .client()
                    .resources(MigrationNode.class)
                    .withName(NODE_B)
                    .editStatus(
                            node -> {
                                node.getStatus().getConditions().getFirst().setStatus("False");
                                return node;
                            });
        }

        @Override
        void end(Playground playground) {
            Agent agent = new Agent(playground.lab(), NODE_B);
            agent.goOn();
            agent.awaitReady();
            awaitMigrationNode(playground, NODE_B);
        }
    },
    /** A program has a file of it open, which the other node does not have. */
    HOST_PATH {
        @Override
        Pod pod(Pod pod) {
            pod.getSpec()
                    .getContainers()
                    .getFirst()
                    .getCommand()
                    .add(1, "-D" + Lease.PROPERTY + "=/host/lease");
            return new PodBuilder(pod)
                    .editSpec()
                    .addNewVolume()
                    .withName("host")
                    .withNewHostPath(DIRECTORY, "DirectoryOrCreate")
                    .endVolume()
                    .editFirstContainer()
                    .addNewVolumeMount()
                    .withName("host")
                    .withMountPath("/host")
                    .endVolumeMount()
                    .endContainer()
                    .endSpec()
                    .build();
        }

        @Override
        void end(Playground playground) {
            removeDirectory(playground);
        }
    },
    /** On a disk of node-a, as most that only one node may mount. */
    LOCAL_VOLUME {
        @Override
        void before(Playground playground) {
            playground.lab().onNode(NODE_A, "mkdir -p \"$1\"", DIRECTORY);
            playground
                    .client()
                    .resource(
                            new PersistentVolumeBuilder()
                                    .withNewMetadata()
                                    .withName(playground.namespace())
                                    .endMetadata()
                                    .withNewSpec()
                                    .withAccessModes("ReadWriteOnce")
                                    .addToCapacity("storage", new Quantity("1Gi"))
                                    .withStorageClassName("")
                                    .withNewLocal()
                                    .withPath(DIRECTORY)
                                    .endLocal()
                                    .withNewNodeAffinity()
                                    .withNewRequired()
                                    .addNewNodeSelectorTerm()
                                    .addNewMatchExpression()
                                    .withKey("kubernetes.io/hostname")
                                    .withOperator("In")
                                    .withValues(NODE_A)
                                    .endMatchExpression()
                                    .endNodeSelectorTerm()
                                    .endRequired()
                                    .endNodeAffinity()
                                    .endSpec()
                                    .build())
                    .create();
            playground
                    .client()
                    .resource(
                            new PersistentVolumeClaimBuilder()
                                    .withNewMetadata()
                                    .withName("data")
                                    .withNamespace(playground.namespace())
                                    .endMetadata()
                                    .withNewSpec()
                                    .withAccessModes("ReadWriteOnce")
                                    .withStorageClassName("")
                                    .withVolumeName(playground.namespace())
                                    .withNewResources()
                                    .addToRequests("storage", new Quantity("1Gi"))
                                    .endResources()
                                    .endSpec()
                                    .build())
                    .create();
        }

        @Override
        Pod pod(Pod pod) {
            return new PodBuilder(pod)
                    .editSpec()
                    .addNewVolume()
                    .withName("data")
                    .withNewPersistentVolumeClaim("data", false)
                    .endVolume()
                    .editFirstContainer()
                    .addNewVolumeMount()
                    .withName("data")
                    .withMountPath("/data")
                    .endVolumeMount()
                    .endContainer()
                    .endSpec()
                    .build();
        }

        @Override
        void end(Playground playground) {
            playground
                    .client()
                    .persistentVolumeClaims()
                    .inNamespace(playground.namespace())
                    .delete();
            playground.client().persistentVolumes().withName(playground.namespace()).delete();
            removeDirectory(playground);
        }
    },
    /** Its pods run with runc, where the nodes' own runtime is crun. */
    OTHER_RUNTIME {
        @Override
        void before(Playground playground) {
            for (String node : Lab.NODES) {
                playground
                        .lab()
                        .onNode(
                                node,
                                """
                                cat >/etc/crio/crio.conf.d/50-e2e.conf <<'END'
                                [crio.runtime.runtimes.e2e]
                                runtime_path = "/usr/sbin/runc"
                                runtime_type = "oci"
                                runtime_root = "/run/runc"
                                monitor_path = "/usr/bin/conmon"
                                monitor_cgroup = "pod"
                                END
                                sed -i "s|/usr/sbin/runc|$(command -v runc)|" /etc/crio/crio.conf.d/50-e2e.conf
                                """
                                        + RESTART_CRIO);
            }
            playground
                    .client()
                    .resource(
                            new RuntimeClassBuilder()
                                    .withNewMetadata()
                                    .withName("e2e")
                                    .endMetadata()
                                    .withHandler("e2e")
                                    .build())
                    .create();
        }

        @Override
        Pod pod(Pod pod) {
            return new PodBuilder(pod).editSpec().withRuntimeClassName("e2e").endSpec().build();
        }

        @Override
        void end(Playground playground) {
            playground.client().runtimeClasses().withName("e2e").delete();
            for (String node : Lab.NODES) {
                playground
                        .lab()
                        .onNode(node, "rm /etc/crio/crio.conf.d/50-e2e.conf\n" + RESTART_CRIO);
            }
        }
    },
    /** New pods of node-b get addresses of another network, on a bridge of their own. */
    OTHER_NETWORK {
        @Override
        void begin(Playground playground) {
            playground
                    .lab()
                    .onNode(
                            NODE_B,
                            """
                            cat >/etc/cni/net.d/00-e2e.conflist.new <<'END'
                            {"cniVersion": "1.0.0", "name": "e2e", "plugins": [
                              {"type": "bridge", "bridge": "cni-e2e", "isGateway": true, "ipam":
                                {"type": "host-local", "ranges": [[{"subnet": "10.199.0.0/24"}]]}}]}
                            END
                            mv /etc/cni/net.d/00-e2e.conflist.new /etc/cni/net.d/00-e2e.conflist
                            """);
            awaitNetwork(playground, "10.199.0.0/24");
        }

        @Override
        void end(Playground playground) {
            playground
                    .lab()
                    .onNode(
                            NODE_B,
                            """
                            rm /etc/cni/net.d/00-e2e.conflist
                            ip link delete cni-e2e 2>/dev/null || :
                            rm -rf /var/lib/cni/networks/e2e
                            """);
            await("the old network of " + NODE_B)
                    .atMost(PATIENCE)
                    .until(() -> !subnets(playground).contains("10.199.0.0/24"));
        }

        private static void awaitNetwork(Playground playground, String subnet) {
            await("network " + subnet + " of " + NODE_B)
                    .atMost(PATIENCE)
                    .until(() -> subnets(playground).contains(subnet));
        }

        private static List<String> subnets(Playground playground) {
            return playground
                    .client()
                    .resources(MigrationNode.class)
                    .withName(NODE_B)
                    .get()
                    .getStatus()
                    .getNetwork()
                    .getSubnets();
        }
    };

    private static final String DIRECTORY = "/var/lib/e2e";

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Whoever supervises it starts it again. */
    private static final String RESTART_CRIO =
            """
            kill "$(cat /run/podmigration-lab/crio.pid)"
            sleep 1
            until crictl version >/dev/null 2>&1 || [ -S /run/crio/crio.sock ]; do sleep 0.2; done
            """;

    /** Before there is a pod. */
    void before(Playground playground) {}

    /** What is particular about the pod. */
    Pod pod(Pod pod) {
        return pod;
    }

    /** When the pod runs. */
    void begin(Playground playground) {}

    /** Takes everything back. */
    void end(Playground playground) {}

    private static void removeDirectory(Playground playground) {
        Lab.NODES.forEach(node -> playground.lab().onNode(node, "rm -rf \"$1\"", DIRECTORY));
    }

    private static void awaitMigrationNode(Playground playground, String node) {
        await("MigrationNode " + node + " is Ready")
                .atMost(PATIENCE)
                .until(
                        () ->
                                "True"
                                        .equals(
                                                playground
                                                        .client()
                                                        .resources(MigrationNode.class)
                                                        .withName(node)
                                                        .get()
                                                        .getStatus()
                                                        .getConditions()
                                                        .getFirst()
                                                        .getStatus()));
    }
}
