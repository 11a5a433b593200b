# shellcheck shell=bash
# A Podman service for the tests: on its own socket, with its own storage, gone when they end.

# podman_up FOLDER: sets CONTAINER_HOST; fails where there is no Podman and none can be installed.
podman_up() {
    PODMAN_DIR=$1
    # A service that the user runs is as good a Podman.
    [ -z "${CONTAINER_HOST:-}" ] || return 0
    is_root || return 1
    if is_debian_like; then (install_packages podman runc catatonit) || return 1; fi
    have podman && have runc || return 1
    mkdir -p "$PODMAN_DIR"
    podman_settings
    podman_here daemon_start "$PODMAN_DIR/pid" "$PODMAN_DIR/log" podman system service --time=0 "unix://$PODMAN_DIR/socket"
    wait_until 20 podman_answers || { tail -n 5 "$PODMAN_DIR/log" >&2; podman_down; return 1; }
    export CONTAINER_HOST=unix://$PODMAN_DIR/socket
}

# podman_here [daemon_start PID LOG] podman ARG...: with the settings and the storage of the tests.
# runc and cgroupfs, since crun and systemd are not everywhere.
podman_here() {
    local before=()
    while [ "$1" != podman ]; do before+=("$1"); shift; done
    shift
    CONTAINERS_CONF=$PODMAN_DIR/containers.conf CONTAINERS_REGISTRIES_CONF=$PODMAN_DIR/registries.conf \
        "${before[@]:-command}" podman --runtime runc --cgroup-manager cgroupfs \
        --root "$PODMAN_DIR/storage" --runroot "$PODMAN_DIR/run" "$@"
}

podman_answers() { curl -fs --max-time 5 -o /dev/null --unix-socket "$PODMAN_DIR/socket" http://podman/_ping; }

# podman_settings: the loopback registry has no certificate, and Podman's own file limits need a
# privilege that not every machine has.
podman_settings() {
    printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "${TrainRegistryMirror:-localhost:5017}" >"$PODMAN_DIR/registries.conf"
    printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n' >"$PODMAN_DIR/containers.conf"
}

podman_down() {
    [ -n "${PODMAN_DIR:-}" ] && [ -f "$PODMAN_DIR/pid" ] || return 0
    daemon_stop "$PODMAN_DIR/pid" podman 20 || warn "the tests' Podman does not end; its log is $PODMAN_DIR/log"
    podman_here podman rm --all --force >>"$PODMAN_DIR/log" 2>&1 || true
    podman_here podman system reset --force >>"$PODMAN_DIR/log" 2>&1 || true
    # It leaves mounts behind: its overlay folder on itself, and containers that were copied from.
    awk -v folder="$PODMAN_DIR/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount
    rm -rf "$PODMAN_DIR" || warn "the storage of the tests' Podman could not be removed: $PODMAN_DIR"
}
