# shellcheck shell=bash
# The engines that this machine can have: the installed ones, and those of newer Debian releases out of trees of their
# own. Each gets a socket, a data root, a network and a mount namespace of its own, and is ended by its pid.

# Kept between runs: half a gigabyte each.
MATRIX_TREES=/var/tmp/containertrain-trees
MATRIX_PACKAGES=ca-certificates,docker.io,podman,runc,iptables,fuse-overlayfs,netavark,aardvark-dns,catatonit
MATRIX_ROWS=()
MATRIX_CLASSES_docker=(DockerImageBuild DockerDockerfileBuild DockerTrainRunner FaultsOnDocker)
MATRIX_CLASSES_podman=(PodmanImageBuild PodmanTrainRunner FaultsOnPodman)

# matrix_tree SUITE: unpacks the release's engines, once.
matrix_tree() {
    local tree=$MATRIX_TREES/$1 options=()
    [ ! -e "$tree.done" ] || return 0
    is_debian_like || { MATRIX_WHY='trees of engines can be made only on Debian and Ubuntu'; return 1; }
    (install_packages mmdebstrap debian-archive-keyring) || { MATRIX_WHY='mmdebstrap could not be installed'; return 1; }
    # The lists of the moving release outlive their date on a mirror that stands still.
    [ "$1" != sid ] || options=(--aptopt='Acquire::Check-Valid-Until "false"')
    rm -rf "$tree"
    mkdir -p "$MATRIX_TREES"
    mmdebstrap --quiet --variant=minbase --include="$MATRIX_PACKAGES" "${options[@]}" "$1" "$tree" >&2 ||
        { MATRIX_WHY="mmdebstrap could not make a tree of Debian $1"; return 1; }
    touch "$tree.done"
}

# matrix_enter TREE COMMAND...: a command line that runs a program of the tree as its root, which sees this machine's
# devices, and the temporary folders, where the tests have their projects. Without a tree, the installed program.
# A plain chroot is not enough: an engine that unpacks images has to change the root's mount.
# shellcheck disable=SC2016 # expanded by the inner shell
matrix_enter() {
    local tree=$1
    shift
    MATRIX_COMMAND=(unshare --mount --net -- bash -c '
        tree=$1
        shift
        mount --make-rprivate /
        if [ -n "$tree" ]; then
            mount --bind "$tree" "$tree"
            for folder in proc sys dev; do mount --rbind "/$folder" "$tree/$folder"; done
            for folder in tmp var/tmp; do mount --bind "/$folder" "$tree/$folder"; done
            mkdir -p "$tree/.host"
            cd "$tree"
            pivot_root . .host
            cd /
            umount -l /.host
        fi
        exec "$@"' enter "$tree" "$@")
}

# matrix_up KIND TREE OPTION...: starts the engine; sets MATRIX_SOCKET, or MATRIX_WHY.
matrix_up() {
    local kind=$1 tree=$2
    shift 2
    MATRIX_DIR=/var/tmp/containertrain-matrix.$$
    MATRIX_SOCKET=$MATRIX_DIR/engine.sock
    mkdir -p "$MATRIX_DIR"
    if [ "$kind" = docker ]; then
        MATRIX_PROGRAM=dockerd
        matrix_enter "$tree" dockerd --host "unix://$MATRIX_SOCKET" --data-root "$MATRIX_DIR/data" --exec-root "$MATRIX_DIR/exec" \
            --pidfile "$MATRIX_DIR/engine.pid" --bridge none --iptables=false --ip6tables=false "$@"
    else
        MATRIX_PROGRAM=podman
        printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n[network]\nfirewall_driver = "none"\n' >"$MATRIX_DIR/containers.conf"
        matrix_enter "$tree" env CONTAINERS_CONF="$MATRIX_DIR/containers.conf" podman --runtime runc --cgroup-manager cgroupfs \
            --root "$MATRIX_DIR/data" --runroot "$MATRIX_DIR/run" system service --time=0 "unix://$MATRIX_SOCKET"
    fi
    daemon_start "$MATRIX_DIR/pid" "$MATRIX_DIR/log" "${MATRIX_COMMAND[@]}"
    wait_until 40 matrix_answers && return 0
    MATRIX_WHY=$(tail -n 1 "$MATRIX_DIR/log" | tr '|' ' ' | cut -c 1-200)
    matrix_down
    return 1
}

matrix_answers() { curl -fs --max-time 5 -o /dev/null --unix-socket "$MATRIX_SOCKET" http://engine/_ping; }

matrix_down() {
    [ -n "${MATRIX_DIR:-}" ] && [ -d "$MATRIX_DIR" ] || return 0
    daemon_stop "$MATRIX_DIR/pid" "$MATRIX_PROGRAM" 40 || warn "an engine of the matrix does not end; its log is $MATRIX_DIR/log"
    # Mounts of an engine that was cut off, if its namespace did not take them along.
    awk -v folder="$MATRIX_DIR/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount
    rm -rf "$MATRIX_DIR" || warn "the data of an engine of the matrix could not be removed: $MATRIX_DIR"
}

# matrix_base: the engine has no network, so the base image is handed over.
matrix_base() {
    local base=${TrainRegistryMirror:-mcr.microsoft.com}/dotnet/runtime:10.0-noble
    docker pull --quiet "$base" >/dev/null && docker save "$base" |
        curl -fsS --unix-socket "$MATRIX_SOCKET" -H 'Content-Type: application/x-tar' -T - -X POST http://engine/images/load >"$MATRIX_DIR/load" ||
        { MATRIX_WHY="the base image could not be loaded: $(tail -c 200 "$MATRIX_DIR/load" | tr '|\n' '  ')"; return 1; }
}

# matrix_version: "28.5.2, overlay2" as the engine says.
matrix_version() {
    local info
    info=$(curl -fs --max-time 20 --unix-socket "$MATRIX_SOCKET" http://engine/info)
    printf '%s, %s' \
        "$(curl -fs --max-time 20 --unix-socket "$MATRIX_SOCKET" http://engine/version | grep -o '"Version":"[^"]*"' | tail -n 1 | cut -d '"' -f 4)" \
        "$(grep -o '"Driver":"[^"]*"' <<<"$info" | head -n 1 | cut -d '"' -f 4)"
}

# matrix_leg NAME KIND SUITE PROGRAM OPTION...: one engine through its classes; SUITE is empty for the installed one.
matrix_leg() {
    local name=$1 kind=$2 suite=$3 program=$4 tree='' report code=0 classes=() class
    shift 4
    MATRIX_WHY=''
    if [ -n "$suite" ]; then
        tree=$MATRIX_TREES/$suite
        matrix_tree "$suite" || { matrix_row "$name" "$kind" 'not set up' "$MATRIX_WHY"; return 0; }
    elif [ "$kind" = docker ] && ! have dockerd || [ "$kind" = podman ] && ! have podman; then
        matrix_row "$name" "$kind" 'not set up' 'not installed'
        return 0
    fi
    if ! matrix_up "$kind" "$tree" "$@" || ! matrix_base; then
        matrix_down
        matrix_row "$name" "$kind" 'not set up' "$MATRIX_WHY"
        return 0
    fi
    local -n wanted=MATRIX_CLASSES_$kind
    for class in "${wanted[@]}"; do classes+=(-class "*.$class"); done
    report=$RESULTS_DIR/engine-$name.xml
    if [ "$kind" = docker ]; then
        local variables=(DOCKER_HOST="unix://$MATRIX_SOCKET" CONTAINER_HOST="unix:///none")
    else
        local variables=(DOCKER_HOST="unix:///none" CONTAINER_HOST="unix://$MATRIX_SOCKET")
    fi
    env "${variables[@]}" CONTAINERTRAIN_ENGINE_APART=1 dotnet "$program" -explicit on -noLogo -noColor -xml "$report" "${classes[@]}" "${TEST_OPTIONS[@]}" >"$RESULTS_DIR/engine-$name.log" || code=$?
    matrix_row "$name" "$kind" "$(matrix_version)" \
        "$(report_sum "$report" passed) passed, $(($(report_sum "$report" failed) + $(report_sum "$report" errors))) failed, $(report_sum "$report" skipped) skipped"
    count_report "$name" "$report" "$code"
    matrix_down
}

# matrix_row NAME KIND VERSION RESULT
matrix_row() { MATRIX_ROWS+=("| $1 | $2 | $3 | $4 |"); note "$1: $3: $4"; }

# matrix PROGRAM: all legs, and the table.
matrix() {
    is_root || give_up 'the engines of the matrix need root'
    trap matrix_down EXIT
    matrix_leg docker-installed docker '' "$1"
    matrix_leg docker-trixie docker trixie "$1"
    matrix_leg docker-sid docker sid "$1"
    matrix_leg docker-sid-containerd docker sid "$1" --feature containerd-snapshotter=true
    matrix_leg podman-installed podman '' "$1"
    matrix_leg podman-trixie podman trixie "$1"
    matrix_leg podman-sid podman sid "$1"
    printf '%s\n' '| engine | kind | version, storage | tests |' '|---|---|---|---|' "${MATRIX_ROWS[@]}" | tee "$RESULTS_DIR/engines.md"
    [ "${CONTAINERTRAIN_ACCEPT_SNAPSHOTS:-}" != 1 ] || matrix_write "$RESULTS_DIR/engines.md"
}

# matrix_write TABLE: puts it into the documentation, in place of the last one.
matrix_write() {
    local page=$REPO_ROOT/docs/reliability.md text
    text=$(awk -v table="$1" '
        /^<!-- engines:/ { print; while ((getline line < table) > 0) print line; skip = 1; next }
        /^<!-- end of engines/ { skip = 0 }
        !skip { print }' "$page")
    printf '%s\n' "$text" >"$page"
}
