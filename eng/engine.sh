#!/usr/bin/env bash
# A Docker engine and a base image for training, on any machine where that is possible.
set -euo pipefail
# shellcheck source=eng/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<'USAGE'
usage: eng/engine.sh up | status | env | down [--purge]

  up       use the engine that answers on DOCKER_HOST or /var/run/docker.sock; where there is none
           and this is root on Debian or Ubuntu, install docker.io and start it. Then see to the
           base image: mcr.microsoft.com/dotnet/runtime:10.0-noble, or where that registry is out of
           reach an equal image made from Debian packages, served by a registry on a loopback port.
  status   what is there, on one screen; succeeds only if training images can be built
  env      shell lines that point a build at it:  eval "$(./eng/engine.sh env)"
  down     stop what "up" started; images and data stay. --purge also deletes the local registry's data.

environment:
  DOCKER_HOST                   the engine to use instead of the default socket
  CONTAINERTRAIN_STATE          folder for all state (default: /var/lib and /run/containertrain-engine)
  CONTAINERTRAIN_REGISTRY_PORT  first port to try for the local registry (5017)
  CONTAINERTRAIN_PULL_LIMIT_S   seconds that pulling the base image may take (300)
USAGE
}

set_state_folders() {
    if [ -n "${CONTAINERTRAIN_STATE:-}" ]; then
        mkdir -p "$CONTAINERTRAIN_STATE"
        STATE_DIR=$(cd "$CONTAINERTRAIN_STATE" && pwd -P)
        RUN_DIR=$STATE_DIR/run
    elif is_root; then
        STATE_DIR=/var/lib/containertrain-engine
        RUN_DIR=/run/containertrain-engine
    else
        STATE_DIR=${XDG_STATE_HOME:-$HOME/.local/state}/containertrain-engine
        RUN_DIR=${XDG_RUNTIME_DIR:-$STATE_DIR}/containertrain-engine
    fi
}

# Two builds that start at once must not both install an engine.
lock_state() {
    mkdir -p "$STATE_DIR" "$RUN_DIR"
    hold_lock "$RUN_DIR/lock" "$@"
}

up() {
    lock_state up
    engine_up
    have curl || install_packages curl
    base_image_up
    status
}

status() {
    local code=0
    if engine_answers; then
        printf 'engine      %s, Docker %s\n' "$ENDPOINT" "$(engine_version || echo '(version unknown)')"
        printf 'started by  %s\n' "$(engine_is_ours && echo "this script (pid $(daemon_pid "$DOCKERD_PID" dockerd))" || echo 'something else')"
        printf 'base image  %s\n' "$(base_image_state)" || true
        base_image_state >/dev/null || code=1
    else
        printf 'engine      none answers on %s: run eng/engine.sh up\n' "$ENDPOINT"
        code=1
    fi
    printf 'registry    %s\n' "$(registry_is_up && echo "$(registry_host), data in $REGISTRY_DATA" || echo 'none of ours is running')"
    return "$code"
}

print_env() {
    engine_answers || die "no engine answers on $ENDPOINT: run eng/engine.sh up"
    [ "$ENDPOINT" = "$DEFAULT_ENDPOINT" ] || printf 'export DOCKER_HOST=%q\n' "$ENDPOINT"
    [ ! -s "$MIRROR_FILE" ] || printf 'export TrainRegistryMirror=%q\n' "$(cat "$MIRROR_FILE")"
}

down() {
    case ${1:-} in '' | --purge) ;; *) usage >&2; exit 2 ;; esac
    lock_state down "$@"
    registry_down
    engine_down
    if [ "${1:-}" = --purge ]; then
        rm -rf "$REGISTRY_DATA" "$MIRROR_FILE" "$REGISTRY_PORT_FILE" "$PULL_FAILED_FILE" "$STATE_DIR/registry.yml"
        note "deleted the local registry's data"
    fi
}

set_state_folders
for part in daemon docker registry base-image; do
    # shellcheck source=/dev/null
    . "$ENG_DIR/lib/$part.sh"
done

command=${1:-}
[ "$#" -eq 0 ] || shift
case $command in
    up) up ;;
    status) status ;;
    env) print_env ;;
    down) down "$@" ;;
    -h | --help | help) usage ;;
    *) usage >&2; exit 2 ;;
esac
