# shellcheck shell=sh
# Directories as OCI image layouts, with nothing but tar and sha256sum. The same input gives the same bytes: entries are
# sorted, times are zero, owners are numbers. Beside the layout's own files lies `settings`, the same facts line by line,
# so that a layer can be put on top without a JSON parser.

oci_usage() {
    cat <<'E'
usage: lab oci [OPTIONS] DIR OUT
Makes OUT, an OCI image layout, whose last layer is the content of DIR.
  --base LAYOUT        put the layer on top of LAYOUT (made by this program) and keep its settings
  --entrypoint WORD    a word of the entrypoint; repeat it for more words
  --cmd WORD           a word of the command; repeat it for more words
  --env NAME=VALUE     repeatable
  --user UID[:GID]     who runs the container
  --workdir PATH
  --label NAME=VALUE   repeatable
  --annotation NAME=VALUE  of the manifest; repeatable
  --owner UID:GID      who owns the layer's files (default: as in DIR)
E
}

# A JSON string of the one-line text $1.
oci_string() { printf '"%s"' "$(printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g; s/	/\\t/g')"; }

# oci_join: the lines of stdin with commas between.
oci_join() { paste -s -d , -; }

oci_digest() { sha256sum "$1" | cut -d ' ' -f 1; }

oci_architecture() {
    case "$(uname -m)" in
        x86_64) echo amd64 ;;
        aarch64) echo arm64 ;;
        *) uname -m ;;
    esac
}

# oci_settings KEY FILE: the values of KEY, one a line.
oci_settings() { sed -n "s/^$1 //p" "$2"; }

# oci_blob FILE LAYOUT: moves FILE into the layout and prints "sha256:DIGEST SIZE".
oci_blob() {
    oci_blob_digest=$(oci_digest "$1")
    oci_blob_size=$(wc -c <"$1")
    mv "$1" "$2/blobs/sha256/$oci_blob_digest"
    echo "sha256:$oci_blob_digest $oci_blob_size"
}

oci_clear() { sed -i "/^$1 /d" "$2"; } # KEY FILE

# oci_replace KEY FILE VALUE: VALUE takes the place of what FILE has for KEY.
oci_replace() {
    oci_clear "$1" "$2"
    printf '%s %s\n' "$1" "$3" >>"$2"
}

# oci_add_named KEY FILE NAME=VALUE: VALUE takes the place of what FILE has for that NAME.
oci_add_named() {
    oci_name=$(printf '%s' "${3%%=*}" | sed 's/[][\.*^$/]/\\&/g')
    sed -i "/^$1 \"${oci_name}[=\"]/d" "$2"
    case "$1" in
        env) printf 'env %s\n' "$(oci_string "$3")" >>"$2" ;;
        *) printf '%s %s:%s\n' "$1" "$(oci_string "${3%%=*}")" "$(oci_string "${3#*=}")" >>"$2" ;;
    esac
}

oci_config() { # SETTINGS
    printf '{"architecture":"%s","os":"linux","config":{' "$(oci_architecture)"
    {
        for oci_pair in entrypoint=Entrypoint cmd=Cmd env=Env; do
            [ -z "$(oci_settings "${oci_pair%%=*}" "$1")" ] ||
                printf '"%s":[%s]\n' "${oci_pair#*=}" "$(oci_settings "${oci_pair%%=*}" "$1" | oci_join)"
        done
        for oci_pair in user=User workdir=WorkingDir; do
            [ -z "$(oci_settings "${oci_pair%%=*}" "$1")" ] ||
                printf '"%s":%s\n' "${oci_pair#*=}" "$(oci_settings "${oci_pair%%=*}" "$1")"
        done
        [ -z "$(oci_settings label "$1")" ] || printf '"Labels":{%s}\n' "$(oci_settings label "$1" | oci_join)"
    } | oci_join | tr -d '\n'
    printf '},"rootfs":{"type":"layers","diff_ids":[%s]}}' "$(oci_settings layer "$1" | sed 's/ .*//; s/.*/"&"/' | oci_join)"
}

oci_descriptor() { # KIND "DIGEST SIZE"
    printf '{"mediaType":"application/vnd.oci.image.%s","digest":"%s","size":%s}' "$1" "${2% *}" "${2#* }"
}

oci_manifest() { # SETTINGS "CONFIG-DIGEST SIZE"
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[' \
        "$(oci_descriptor config.v1+json "$2")"
    oci_settings layer "$1" | while read -r oci_layer; do
        oci_descriptor layer.v1.tar "$oci_layer"
        echo
    done | oci_join | tr -d '\n'
    printf ']'
    [ -z "$(oci_settings annotation "$1")" ] || printf ',"annotations":{%s}' "$(oci_settings annotation "$1" | oci_join)"
    printf '}'
}

oci_main() {
    if [ $# -lt 2 ]; then
        oci_usage
        [ "${1:-}" = --help ] || exit 2
        return
    fi
    oci_base='' oci_owner='' oci_user='' oci_workdir=''
    for oci_out; do :; done
    # Beside the result: layers are big, and those of the base can be linked.
    mkdir -p "$(dirname "$oci_out")"
    oci_scratch=$(mktemp -d "${oci_out%/}.XXXXXX")
    trap 'rm -rf "$oci_scratch"' EXIT
    trap 'exit 1' INT TERM
    : >"$oci_scratch/named"
    : >"$oci_scratch/entrypoint"
    : >"$oci_scratch/cmd"
    while [ $# -gt 0 ]; do
        case "$1" in
            --base) oci_base=$2 ;;
            --owner) oci_owner=$2 ;;
            --user) oci_user=$2 ;;
            --workdir) oci_workdir=$2 ;;
            --entrypoint | --cmd)
                oci_string "$2" >>"$oci_scratch/${1#--}"
                echo >>"$oci_scratch/${1#--}"
                ;;
            --env | --label | --annotation) printf '%s %s\n' "${1#--}" "$2" >>"$oci_scratch/named" ;;
            --*) die "lab oci does not know $1" ;;
            *) break ;;
        esac
        shift 2
    done
    [ $# -eq 2 ] || {
        oci_usage >&2
        exit 2
    }
    [ -d "$1" ] || die "$1 is no directory"
    oci_layout "$1" "${2%/}"
}

# oci_layout DIR OUT, with the options in oci_base ... and $oci_scratch.
oci_layout() {
    oci_out=$oci_scratch/layout
    oci_file_settings=$oci_out/settings
    mkdir -p "$oci_out/blobs/sha256"
    : >"$oci_file_settings"
    if [ -n "$oci_base" ]; then
        [ -f "$oci_base/settings" ] || die "$oci_base is no layout made by 'lab oci'"
        cp "$oci_base/settings" "$oci_file_settings"
        oci_settings layer "$oci_base/settings" | while read -r oci_layer; do
            oci_blob_name=${oci_layer% *}
            oci_blob_name=${oci_blob_name#sha256:}
            ln "$oci_base/blobs/sha256/$oci_blob_name" "$oci_out/blobs/sha256/" 2>/dev/null ||
                cp "$oci_base/blobs/sha256/$oci_blob_name" "$oci_out/blobs/sha256/"
        done
    fi
    while read -r oci_key oci_value; do
        oci_add_named "$oci_key" "$oci_file_settings" "$oci_value"
    done <"$oci_scratch/named"
    # As everywhere: a new entrypoint makes the base's command meaningless.
    [ ! -s "$oci_scratch/entrypoint" ] || oci_clear cmd "$oci_file_settings"
    for oci_words in entrypoint cmd; do
        [ ! -s "$oci_scratch/$oci_words" ] || {
            oci_clear "$oci_words" "$oci_file_settings"
            sed "s/^/$oci_words /" "$oci_scratch/$oci_words" >>"$oci_file_settings"
        }
    done
    [ -z "$oci_user" ] || oci_replace user "$oci_file_settings" "$(oci_string "$oci_user")"
    [ -z "$oci_workdir" ] || oci_replace workdir "$oci_file_settings" "$(oci_string "$oci_workdir")"

    set -- "$1" "$2" ${oci_owner:+"--owner=${oci_owner%%:*}"} ${oci_owner:+"--group=${oci_owner#*:}"}
    oci_directory=$1
    oci_target=$2
    shift 2
    tar -C "$oci_directory" --format=gnu --sort=name --mtime=@0 --numeric-owner "$@" -cf "$oci_scratch/layer" .
    printf 'layer %s\n' "$(oci_blob "$oci_scratch/layer" "$oci_out")" >>"$oci_file_settings"

    oci_config "$oci_file_settings" >"$oci_scratch/config"
    oci_config_blob=$(oci_blob "$oci_scratch/config" "$oci_out")
    oci_manifest "$oci_file_settings" "$oci_config_blob" >"$oci_scratch/manifest"
    oci_manifest_blob=$(oci_blob "$oci_scratch/manifest" "$oci_out")
    printf '{"imageLayoutVersion":"1.0.0"}' >"$oci_out/oci-layout"
    printf '{"schemaVersion":2,"manifests":[%s]}' "$(oci_descriptor manifest.v1+json "$oci_manifest_blob")" >"$oci_out/index.json"
    rm -rf "$oci_target"
    mv "$oci_out" "$oci_target"
}
