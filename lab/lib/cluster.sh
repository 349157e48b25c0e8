# shellcheck shell=sh
# The cluster as a whole.

# Settings of the whole machine that the cluster needs or that the kubelet writes. The first lab to come up notes what was
# there, the last one to go puts it back.
cluster_sysctls="fs/pipe-max-size fs/pipe-user-pages-soft fs/inotify/max_user_instances vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes"
cluster_sysctls_before=/run/podmigration-sysctls

cluster_set_sysctls() {
    # Of two labs that come up at once, one would note what the other has set.
    exec 7>"$cluster_sysctls_before.lock"
    flock 7
    if [ ! -e "$cluster_sysctls_before" ]; then
        for cluster_sysctl in $cluster_sysctls; do
            echo "$cluster_sysctl $(cat "/proc/sys/$cluster_sysctl")"
        done >"$cluster_sysctls_before.new"
        mv "$cluster_sysctls_before.new" "$cluster_sysctls_before"
    fi
    # Post-copy passes pages through big pipes: "page-pipe: tee: Operation not permitted" otherwise.
    [ "$(cat /proc/sys/fs/pipe-max-size)" -ge 67108864 ] || echo 67108864 >/proc/sys/fs/pipe-max-size
    echo 0 >/proc/sys/fs/pipe-user-pages-soft
    [ "$(cat /proc/sys/fs/inotify/max_user_instances)" -ge 1024 ] || echo 1024 >/proc/sys/fs/inotify/max_user_instances
    exec 7>&-
}

cluster_restore_sysctls() {
    [ -e "$cluster_sysctls_before" ] || return 0
    while read -r cluster_sysctl cluster_value; do
        echo "$cluster_value" >"/proc/sys/$cluster_sysctl" || :
    done <"$cluster_sysctls_before"
    rm -f "$cluster_sysctls_before"
}

# One `up` or `down` at a time. The lock dies with this shell; nothing that stays may inherit it.
cluster_lock() {
    mkdir -p "$LAB_STATE"
    exec 8>"$LAB_STATE/lock"
    flock -n 8 || {
        say "another up or down is under way, waiting for it"
        flock 8
    }
}

cluster_kubectl() {
    cluster_kubectl_program=$(parts_program kubectl)
    [ -r "$LAB_KUBECONFIG" ] || die "there is no cluster: lab/lab up"
    "$cluster_kubectl_program" --kubeconfig "$LAB_KUBECONFIG" "$@"
}

cluster_helm() {
    cluster_helm_program=$(parts_program helm)
    [ -r "$LAB_KUBECONFIG" ] || die "there is no cluster: lab/lab up"
    "$cluster_helm_program" --kubeconfig "$LAB_KUBECONFIG" "$@"
}

cluster_kubeconfig() {
    [ -r "$LAB_KUBECONFIG" ] || die "there is no cluster: lab/lab up"
    cat "$LAB_KUBECONFIG"
}

cluster_start_machine() {
    machine_boot "$1"
    case "$1" in
        control) network_connect_host ;;
        *) network_connect_node "$1" ;;
    esac
    : >"$(machine_directory "$1")/connected"
}

# Starts what does not run. The bridge is on the control machine: without it, the nodes have to start again, too.
cluster_start_machines() {
    machine_is_complete control || for cluster_machine in $LAB_NODES; do machine_stop "$cluster_machine"; done
    for cluster_machine in $LAB_MACHINES; do
        machine_is_complete "$cluster_machine" || {
            machine_stop "$cluster_machine"
            cluster_start_machine "$cluster_machine"
        }
    done
}

cluster_api_answers() { cluster_kubectl get --raw /readyz; }

# What the API server knows of pods that were started again with their node may be from before: this asks CoreDNS itself.
cluster_dns_is_ready() {
    cluster_dns_pod=$(cluster_kubectl --namespace kube-system get pods --selector k8s-app=kube-dns \
        --field-selector status.phase=Running --output 'jsonpath={.items[*].metadata.name}')
    cluster_kubectl get --raw "/api/v1/namespaces/kube-system/pods/http:${cluster_dns_pod##* }:8181/proxy/ready"
}

cluster_node_is_registered() { cluster_kubectl get node "$1"; }

cluster_up() {
    host_check
    cluster_lock
    parts_build_cluster 8>&-
    cluster_set_sysctls
    pki_make
    cgroup_mount_missing
    say "starting the cluster (under a minute)"
    cluster_start=$(date +%s)
    cluster_start_machines 8>&-
    image_load_everywhere "$(image_pause)" localhost/pause:1
    attempt 60 "API server" cluster_api_answers
    image_load_everywhere "$(image_coredns)" "localhost/coredns:$(parts_go_version coredns github.com/coredns/coredns | tr -d v)"
    image_load_everywhere "$(image_java_base 25)" localhost/java:25
    sed "s/@COREDNS_VERSION@/$(parts_go_version coredns github.com/coredns/coredns | tr -d v)/; s/@DNS_ADDRESS@/$LAB_DNS_ADDRESS/; s/@MANIFEST_HASH@/$(parts_hash <"$LAB_HOME/manifests/coredns.yaml")/" \
        "$LAB_HOME/manifests/coredns.yaml" | cluster_kubectl apply -f - >/dev/null
    for cluster_machine in $LAB_NODES; do
        attempt 60 "registration of $cluster_machine" cluster_node_is_registered "$cluster_machine"
        cluster_kubectl wait --for=condition=Ready --timeout=60s "node/$cluster_machine" >/dev/null ||
            die "$cluster_machine does not become ready: lab/lab logs kubelet $cluster_machine"
    done
    cluster_kubectl --namespace kube-system rollout status --timeout=90s deployment/coredns >/dev/null ||
        die "CoreDNS does not become ready: lab/lab kubectl -n kube-system describe pods"
    attempt 60 "CoreDNS" cluster_dns_is_ready
    say "the cluster is ready ($(($(date +%s) - cluster_start)) s). export KUBECONFIG=$LAB_KUBECONFIG"
}

cluster_down() {
    host_need_root
    [ -d "$LAB_STATE" ] || return 0
    cluster_lock
    say "stopping the cluster (a few seconds)"
    for cluster_machine in $LAB_NODES control; do
        machine_stop "$cluster_machine"
    done
    if ! cgroup_of_any_lab; then
        cgroup_unmount_missing
        cluster_restore_sysctls
    fi
    exec 8>&-
}

# Of one node; `up` switches on whatever is off, too.
cluster_power() {
    [ $# -eq 2 ] || die "usage: lab power NODE on|off"
    case " $LAB_NODES " in
        *" $1 "*) ;;
        *) die "there is no node $1" ;;
    esac
    cluster_lock
    case "$2" in
        off) machine_stop "$1" ;;
        on) machine_is_complete "$1" || cluster_start_machine "$1" 8>&- ;;
        *) die "usage: lab power NODE on|off" ;;
    esac
    exec 8>&-
}

cluster_reset() {
    cluster_down
    case "$LAB_STATE" in
        */podmigration-*) rm -rf "$LAB_STATE" ;;
        *) for cluster_part in machines pki log lock; do rm -rf "${LAB_STATE:?}/$cluster_part"; done ;;
    esac
}

cluster_status() {
    echo "state    $LAB_STATE"
    echo "cache    $LAB_CACHE"
    for cluster_machine in $LAB_MACHINES; do
        if cluster_pid=$(machine_pid "$cluster_machine"); then
            echo "machine  $cluster_machine  up, $(machine_address "$cluster_machine"), process $cluster_pid"
        else
            echo "machine  $cluster_machine  down"
            cluster_down_seen=yes
        fi
    done
    if [ -n "${cluster_down_seen:-}" ]; then return 1; fi
    for cluster_node in $LAB_NODES; do
        # shellcheck disable=SC2016
        machine_exec "$cluster_node" sh -c 'echo "runtime  $(hostname)  $(crio --version 2>/dev/null | head -n 1), $(crun --version | head -n 1), criu $(criu --version | sed -n "s/^Version: //p")"'
    done
    cluster_kubectl get nodes -o wide
    cluster_kubectl get pods --all-namespaces -o wide
}
