# shellcheck shell=sh
# The images that the lab itself brings, and loading an image into the nodes' storage.

# Each prints its OCI layout, made if it is not there.

image_java_base() {
    # The release of Debian that has it.
    case "$1" in
        17) image_suite=bookworm ;;
        21 | 25) image_suite=$LAB_SUITE ;;
        *) die "Debian has Java 17, 21 and 25" ;;
    esac
    image_layout=$LAB_CACHE/parts/image-java-$1-$(echo "2 $image_suite $(parts_java_packages "$1")" | parts_hash)
    if [ ! -d "$image_layout" ]; then
        host_need_root
        parts_host_debootstrap
        host_need_space "$LAB_CACHE" 2048 "the Java base image"
        parts_once "$image_layout" "Java $1 base image" "1 minute" image_java_base_make "$1" "$image_suite"
    fi
    echo "$image_layout"
}

image_java_base_make() {
    (LAB_SUITE=$2 && parts_debian "$(parts_java_packages "$1")" "$3.root")
    (oci_main --cmd java --cmd -version --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        --env LANG=C.UTF-8 --env "JAVA_HOME=/usr/lib/jvm/java-$1-openjdk-$(oci_architecture)" "$3.root" "$3")
    rm -rf "$3.root"
}

# image_of_program FAMILY: an image with nothing but the one program of that family, as its entrypoint.
image_of_program() {
    image_program=$(parts_program "$1")
    image_layout=$LAB_CACHE/parts/image-$(basename "$(parts_go_directory "$1")")
    parts_once "$image_layout" "$1 image" "a second" image_of_program_make "$image_program"
    echo "$image_layout"
}

image_of_program_make() {
    mkdir -p "$2.root"
    cp "$1" "$2.root/"
    (oci_main --entrypoint "/$(basename "$1")" "$2.root" "$2")
    rm -rf "$2.root"
}

image_coredns() { image_of_program coredns; }
image_pause() { image_of_program pause; }

image_manifest_digest() { sed -n 's/.*"digest":"\(sha256:[0-9a-f]*\)".*/\1/p' "$1/index.json"; }

# image_load NODE LAYOUT REF: does nothing if the node has exactly that image under that name.
image_load() {
    image_has=$(machine_exec "$1" skopeo inspect --format '{{.Digest}}' "containers-storage:$3" 2>/dev/null </dev/null) || image_has=
    [ "$image_has" != "$(image_manifest_digest "$2")" ] || return 0
    say "loading $3 on $1"
    # The layout lies outside of the node's mount namespace: hand it in through a pipe.
    # shellcheck disable=SC2016
    tar -C "$2" -cf - . | machine_exec "$1" sh -c '
        set -eu
        scratch=$(mktemp -d /var/lib/containers/lab-image.XXXXXX)
        trap "rm -rf $scratch" EXIT
        tar -C "$scratch" -xf -
        skopeo copy --quiet "oci:$scratch" "containers-storage:$1" 2>"$scratch/errors" || {
            cat "$scratch/errors" >&2
            exit 1
        }' load "$3"
}

image_load_everywhere() {
    [ $# -eq 2 ] || die "usage: lab image LAYOUT REF"
    [ -f "$1/oci-layout" ] || die "$1 is no OCI image layout"
    image_running=
    for image_node in $LAB_NODES; do
        machine_is_up "$image_node" || die "$image_node does not run: lab/lab up"
        (image_load "$image_node" "$1" "$2") &
        image_running="$image_running $!"
    done
    for image_job in $image_running; do
        wait "$image_job" || die "loading $2 failed"
    done
}
