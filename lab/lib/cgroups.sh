# shellcheck shell=sh
# The cgroups of the lab's machines: one in every hierarchy of this host, $LAB_CGROUP/MACHINE. A machine enters its own
# before it gets a cgroup namespace, and mounts every hierarchy inside.
#
# The trap that this avoids: on a host with v1 controllers AND a unified hierarchy, a container that is not in a unified
# cgroup of its own makes CRIU dump the unified tree of the whole machine and re-create it below the new container. It
# doubles with every migration.

# Where the lab mounts a v1 hierarchy that the host does not have.
cgroup_extra_root=/run/podmigration-cgroup

# cgroup_hierarchies: "KIND MOUNTPOINT" a line, KIND being the v1 mount option (cpu,cpuacct / name=systemd) or "unified".
cgroup_hierarchies() {
    awk '
        $3 == "cgroup2" && !unified { unified = $2 }
        $3 == "cgroup" {
            kind = ""
            count = split($4, option, ",")
            for (i = 1; i <= count; i++)
                if (option[i] ~ /^(name=.*|cpu|cpuacct|cpuset|memory|devices|freezer|blkio|pids|hugetlb|perf_event|net_cls|net_prio|rdma|misc)$/)
                    kind = kind (kind == "" ? "" : ",") option[i]
            if (kind != "" && !(kind in seen)) { seen[kind] = 1; print kind, $2 }
        }
        END { if (unified) print "unified", unified }
    ' /proc/self/mounts
}

# A host with v1 controllers needs hugetlb as v1, too: crun opens it because /proc/cgroups lists it.
cgroup_mount_missing() {
    cgroup_hierarchies | grep -q '^memory ' || return 0
    ! cgroup_hierarchies | grep -qw '^[^ ]*hugetlb' || return 0
    awk '$1 == "hugetlb" && $4 == 1 { found = 1 } END { exit !found }' /proc/cgroups || return 0
    mkdir -p "$cgroup_extra_root/hugetlb"
    mount -t cgroup -o hugetlb cgroup "$cgroup_extra_root/hugetlb" || say "no hugetlb cgroup on this host"
}

cgroup_unmount_missing() {
    [ -d "$cgroup_extra_root" ] || return 0
    umount "$cgroup_extra_root/hugetlb" 2>/dev/null || :
    rmdir "$cgroup_extra_root/hugetlb" "$cgroup_extra_root" 2>/dev/null || :
}

# cgroup_delegate DIRECTORY: the unified cgroup hands all its controllers to those below it.
cgroup_delegate() {
    tr ' ' '\n' <"$1/cgroup.controllers" | while read -r cgroup_controller; do
        echo "+$cgroup_controller" >"$1/cgroup.subtree_control" 2>/dev/null || :
    done
}

# cgroup_make DIRECTORY KIND: a cgroup that processes can enter.
cgroup_make() {
    [ ! -d "$1" ] || return 0
    mkdir "$1"
    cgroup_parent=$(dirname "$1")
    case ",$2," in
        *,cpuset,*)
            cat "$cgroup_parent/cpuset.cpus" >"$1/cpuset.cpus"
            cat "$cgroup_parent/cpuset.mems" >"$1/cpuset.mems"
            ;;
        ,unified,)
            cgroup_delegate "$cgroup_parent"
            ;;
    esac
}

# cgroup_enter MACHINE: moves the calling shell into the machine's cgroups.
cgroup_enter() {
    cgroup_list=$(cgroup_hierarchies)
    while read -r cgroup_kind cgroup_mount; do
        cgroup_make "$cgroup_mount/$LAB_CGROUP" "$cgroup_kind"
        cgroup_leaf=$cgroup_mount/$LAB_CGROUP/$1
        cgroup_make "$cgroup_leaf" "$cgroup_kind"
        # Without v1 controllers the machine's own cgroup may hold no processes once it delegates: see machine/root.
        [ ! -d "$cgroup_leaf/init" ] || cgroup_leaf=$cgroup_leaf/init
        echo 0 >"$cgroup_leaf/cgroup.procs"
    done <<E
$cgroup_list
E
}

# cgroup_directories MACHINE: its cgroups, one a line.
cgroup_directories() {
    cgroup_hierarchies | while read -r cgroup_kind cgroup_mount; do
        [ ! -d "$cgroup_mount/$LAB_CGROUP/$1" ] || echo "$cgroup_mount/$LAB_CGROUP/$1"
    done
}

# cgroup_thaw MACHINE: a frozen process does not even die of SIGKILL, on v1 it stays for ever.
cgroup_thaw() {
    cgroup_directories "$1" | while read -r cgroup_directory; do
        find "$cgroup_directory" \( -name freezer.state -o -name cgroup.freeze \) | while read -r cgroup_file; do
            case "$cgroup_file" in
                *freezer.state) echo THAWED >"$cgroup_file" ;;
                *) echo 0 >"$cgroup_file" ;;
            esac 2>/dev/null || :
        done
    done
}

# Is there any lab, this one or another, that is not all down?
cgroup_of_any_lab() {
    cgroup_hierarchies | {
        while read -r cgroup_kind cgroup_mount; do
            for cgroup_directory in "$cgroup_mount"/podmigration-*; do
                [ ! -d "$cgroup_directory" ] || exit 0
            done
        done
        exit 1
    }
}

# cgroup_processes MACHINE: the process numbers in its cgroups, in any hierarchy.
cgroup_processes() {
    cgroup_directories "$1" | while read -r cgroup_directory; do
        find "$cgroup_directory" -name cgroup.procs -exec cat {} + 2>/dev/null || :
    done | sort -un
}

# cgroup_remove MACHINE: kills what is left in its cgroups, and removes them. In this order: what is frozen must not run
# once more before it dies, or a power cut would make two of a pod that was given away.
cgroup_remove() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        cgroup_left=$(cgroup_processes "$1")
        [ -n "$cgroup_left" ] || break
        # shellcheck disable=SC2086
        kill -9 $cgroup_left 2>/dev/null || :
        cgroup_thaw "$1"
        sleep 0.2
    done
    [ -z "$cgroup_left" ] || die "processes of $1 do not end: $(echo "$cgroup_left" | tr '\n' ' ')"
    cgroup_directories "$1" | while read -r cgroup_directory; do
        # A cgroup can be busy for a moment after its last process has gone.
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            find "$cgroup_directory" -depth -type d -exec rmdir {} + 2>/dev/null || :
            [ -d "$cgroup_directory" ] || break
            sleep 0.2
        done
        [ ! -d "$cgroup_directory" ] || die "cannot remove $cgroup_directory"
        rmdir "$(dirname "$cgroup_directory")" 2>/dev/null || :
    done
}
