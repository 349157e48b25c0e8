package dev.podmigration.e2e.fault;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;

import dev.podmigration.e2e.lab.Agent;
import dev.podmigration.e2e.lab.Lab;

import java.time.Duration;
import java.util.List;

/** Something that goes wrong beside operator and agents. A pod moves from node-a to node-b. */
enum Disturbance {
    SOURCE_AGENT_KILLED("kill -9 of the source's agent", Lasting.AT_ONCE) {
        @Override
        boolean begin(Lab lab) {
            new Agent(lab, NODE_A).kill();
            return true;
        }
    },
    TARGET_AGENT_KILLED("kill -9 of the target's agent", Lasting.AT_ONCE) {
        @Override
        boolean begin(Lab lab) {
            new Agent(lab, NODE_B).kill();
            return true;
        }
    },
    SOURCE_CRIO_KILLED("kill -9 of CRI-O on the source's node", Lasting.AT_ONCE) {
        @Override
        boolean begin(Lab lab) {
            kill(lab, NODE_A, "crio");
            return true;
        }
    },
    TARGET_CRIO_KILLED("kill -9 of CRI-O on the target's node", Lasting.AT_ONCE) {
        @Override
        boolean begin(Lab lab) {
            kill(lab, NODE_B, "crio");
            return true;
        }
    },
    SOURCE_KUBELET_KILLED("kill -9 of the kubelet on the source's node", Lasting.AT_ONCE) {
        @Override
        boolean begin(Lab lab) {
            kill(lab, NODE_A, "kubelet");
            return true;
        }
    },
    TARGET_KUBELET_KILLED("kill -9 of the kubelet on the target's node", Lasting.AT_ONCE) {
        @Override
        boolean begin(Lab lab) {
            kill(lab, NODE_B, "kubelet");
            return true;
        }
    },
    SOURCE_CRIU_KILLED("kill -9 of CRIU on the source's node", Lasting.AT_ONCE) {
        @Override
        boolean begin(Lab lab) {
            return killCriu(lab, NODE_A);
        }
    },
    TARGET_CRIU_KILLED("kill -9 of CRIU on the target's node", Lasting.AT_ONCE) {
        @Override
        boolean begin(Lab lab) {
            return killCriu(lab, NODE_B);
        }
    },
    LAUNCHER_KILLED("kill -9 of the launcher", Lasting.AT_ONCE) {
        @Override
        boolean begin(Lab lab) {
            return killLauncher(lab);
        }
    },
    SOURCE_POWER_CUT("power cut of the source's node", Lasting.TWENTY_SECONDS) {
        @Override
        boolean begin(Lab lab) {
            lab.run("power", NODE_A, "off").orFail();
            return true;
        }

        @Override
        void end(Lab lab) {
            lab.run("power", NODE_A, "on").orFail();
        }
    },
    TARGET_POWER_CUT("power cut of the target's node", Lasting.TWENTY_SECONDS) {
        @Override
        boolean begin(Lab lab) {
            lab.run("power", NODE_B, "off").orFail();
            return true;
        }

        @Override
        void end(Lab lab) {
            lab.run("power", NODE_B, "on").orFail();
        }
    },
    API_SERVER_AWAY("API server away for 30 s", Lasting.THIRTY_SECONDS) {
        @Override
        boolean begin(Lab lab) {
            signalApiServer(lab, "STOP");
            return true;
        }

        @Override
        void end(Lab lab) {
            signalApiServer(lab, "CONT");
        }
    },
    NETWORK_CUT("network between the agents cut for 20 s", Lasting.TWENTY_SECONDS) {
        @Override
        boolean begin(Lab lab) {
            between(lab, "drop");
            return true;
        }

        @Override
        void end(Lab lab) {
            endBetween(lab);
        }
    },
    NETWORK_BROKEN("connections between the agents broken off", Lasting.AT_ONCE) {
        @Override
        boolean begin(Lab lab) {
            lab.onNode(NODE_A, "ss --kill state established '( dport = :9444 or dport = :9446 )'");
            return true;
        }
    },
    NETWORK_SLOW("network between the agents slowed down to 1 Mbit/s", Lasting.TWENTY_SECONDS) {
        @Override
        boolean begin(Lab lab) {
            between(lab, "limit rate over 125 kbytes/second burst 64 kbytes drop");
            return true;
        }

        @Override
        void end(Lab lab) {
            endBetween(lab);
        }
    },
    OPERATOR_CLOCK_AHEAD("clock of the operator an hour ahead for 20 s", Lasting.TWENTY_SECONDS) {
        @Override
        boolean begin(Lab lab) {
            FaultyProgram.operator(lab).setClock(HOUR);
            return true;
        }

        @Override
        void end(Lab lab) {
            FaultyProgram.operator(lab).setClock(Duration.ZERO);
        }
    },
    AGENT_CLOCKS_APART("clocks of the agents an hour ahead and behind", Lasting.TWENTY_SECONDS) {
        @Override
        boolean begin(Lab lab) {
            setClocks(lab, HOUR, HOUR.negated());
            return true;
        }

        @Override
        void end(Lab lab) {
            setClocks(lab, Duration.ZERO, Duration.ZERO);
        }

        private static void setClocks(Lab lab, Duration source, Duration target) {
            FaultyProgram.agent(lab, FaultRun.SOURCE_AGENT, NODE_A).setClock(source);
            FaultyProgram.agent(lab, FaultRun.TARGET_AGENT, NODE_B).setClock(target);
        }
    },
    TARGET_MEMORY_DISK_FULL(
            "memory disk for the images on the target's node full", Lasting.AT_ONCE) {
        @Override
        boolean begin(Lab lab) {
            // What is reserved for the images is theirs all the same.
            return happened(
                    lab.onNode(
                            NODE_B,
                            """
                            for disk in $(grep -o ' /run/podmigration/restores/[^ ]*' /proc/mounts | sort -u); do
                                dd if=/dev/zero of="$disk/e2e-filler" bs=64k 2>/dev/null && exit 1
                                echo full
                            done
                            """));
        }
    },
    TARGET_DISK_FULL("disk of the target's node full", Lasting.TWENTY_SECONDS) {
        @Override
        void prepare(Lab lab) {
            onSmallDisk(
                    lab,
                    """
                    mkdir "$scratch"
                    cp -a "$data/." "$scratch/"
                    mount -t tmpfs -o size=16m,mode=755 e2e-fault "$data"
                    cp -a "$scratch/." "$data/"
                    """);
        }

        @Override
        boolean begin(Lab lab) {
            onSmallDisk(lab, "! dd if=/dev/zero of=\"$data/filler\" bs=64k 2>/dev/null");
            return true;
        }

        @Override
        void end(Lab lab) {
            onSmallDisk(lab, "rm \"$data/filler\"");
        }

        @Override
        void tidy(Lab lab) {
            onSmallDisk(
                    lab,
                    """
                    rm -r "$scratch"
                    cp -a "$data" "$scratch"
                    umount --lazy "$data"
                    find "$data" -mindepth 1 -delete
                    cp -a "$scratch/." "$data/"
                    rm -r "$scratch"
                    """);
        }

        private static void onSmallDisk(Lab lab, String script) {
            lab.onNode(NODE_B, "data=/var/lib/podmigration scratch=/var/tmp/e2e-fault\n" + script);
        }
    };

    /** Until it is over by itself, or is ended by {@link #end}. */
    private enum Lasting {
        AT_ONCE(Duration.ZERO),
        TWENTY_SECONDS(Duration.ofSeconds(20)),
        THIRTY_SECONDS(Duration.ofSeconds(30));

        private final Duration time;

        Lasting(Duration time) {
            this.time = time;
        }
    }

    private static final Duration HOUR = Duration.ofHours(1);

    private final String text;
    private final Lasting lasting;

    Disturbance(String text, Lasting lasting) {
        this.text = text;
        this.lasting = lasting;
    }

    /** Before the migration begins. */
    void prepare(Lab lab) {}

    /** Says whether there was something to disturb: a program may not run at that moment. */
    abstract boolean begin(Lab lab);

    /** After {@link #lasts}. */
    void end(Lab lab) {}

    /** When the migration has ended and its pod is gone. */
    void tidy(Lab lab) {}

    Duration lasts() {
        return lasting.time;
    }

    /** The memory of this node, and what ran there, is lost. */
    List<String> nodesLost() {
        return switch (this) {
            case SOURCE_POWER_CUT -> List.of(NODE_A);
            case TARGET_POWER_CUT -> List.of(NODE_B);
            default -> List.of();
        };
    }

    /** The restored processes are only that until the target's runtime has finished with them. */
    boolean mayCostMemory() {
        return switch (this) {
            case TARGET_CRIU_KILLED, LAUNCHER_KILLED, TARGET_CRIO_KILLED, TARGET_POWER_CUT -> true;
            default -> false;
        };
    }

    @Override
    public String toString() {
        return text;
    }

    private static void kill(Lab lab, String node, String program) {
        lab.onNode(node, "kill -9 \"$(cat \"/run/podmigration-lab/$1.pid\")\"", program);
    }

    /** By its program: what stands in its arguments is its own choice. */
    private static boolean killCriu(Lab lab, String node) {
        return happened(
                lab.onNode(
                        node,
                        """
                        for process in /proc/[0-9]*; do
                            case "$(readlink "$process/exe")" in
                                */criu) kill -9 "${process#/proc/}" && echo killed || : ;;
                            esac
                        done
                        """));
    }

    private static boolean killLauncher(Lab lab) {
        return happened(
                lab.onNode(
                        NODE_B,
                        """
                        for process in /proc/[0-9]*; do
                            case "$(tr '\\0' ' ' <"$process/cmdline" 2>/dev/null)" in
                                sh*-euc*) ;;
                                */podmigration/bin/launcher*) kill -9 "${process#/proc/}" && echo killed || : ;;
                            esac
                        done
                        """));
    }

    /** The script says each thing that it has done. */
    private static boolean happened(String output) {
        return !output.isBlank();
    }

    private static void signalApiServer(Lab lab, String signal) {
        lab.onNode(
                "control",
                "kill -s \"$1\" \"$(cat /run/podmigration-lab/kube-apiserver.pid)\"",
                signal);
    }

    private static void between(Lab lab, String rule) {
        lab.onNode(
                NODE_A,
                """
                nft add table inet e2e_fault
                for hook in input output; do
                    nft add chain inet e2e_fault "$hook" "{ type filter hook $hook priority -300; }"
                    nft add rule inet e2e_fault "$hook" tcp dport { 9444, 9446 } $1
                    nft add rule inet e2e_fault "$hook" tcp sport { 9444, 9446 } $1
                done
                """,
                rule);
    }

    private static void endBetween(Lab lab) {
        lab.onNode(NODE_A, "nft delete table inet e2e_fault");
    }
}
