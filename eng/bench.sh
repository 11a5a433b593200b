#!/usr/bin/env bash
# How long the things take that people wait for, side by side with the other ways to do them.
set -euo pipefail
# shellcheck source=eng/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<'USAGE'
usage: eng/bench.sh inner-loop [OPTION...]

From an edit to an image: plain dotnet build, ours, dotnet publish -t:PublishContainer, and dotnet publish
with docker build (BuildKit where a client of this machine can, and the classic builder). Gets an engine,
packs, and writes artifacts/bench/inner-loop.md and .json; the table is the stdout too. A missed target is a
result, not a failure; a build that fails, or an image without the edit, is one.

  --rounds N        rounds, each of which builds all variants in turn (5)
  --pairs N         builds of plain and ours in each round where their difference is small (3)
  --cases A,B       of cold, no-op, edit, package, edit-6gb, sizes, bytes, profile (all)
  --variants A,B    of plain, ours, publish-container, docker-buildkit, docker-classic (all)
  --payload-mb N    size of the made-up natives of edit-6gb (6000; needs six times that on disk for a while)
  --peers-6gb       edit-6gb with the peers too: minutes for each build
  --quick           one round, 0.6 GB of made-up natives
  --keep            leave projects, images and packages for a look

A full run takes about half an hour. It removes what it made, and nothing that others made: images
containertrain-bench/*, packages ContainerTrain.Bench.*, its own entries of the engine's build cache.
USAGE
}

BENCH_DIR=$ARTIFACTS_DIR/bench
PROJECT=$REPO_ROOT/tests/ContainerTrain.Benchmarks/ContainerTrain.Benchmarks.csproj

# registry_program: the program that eng/engine.sh unpacked, or the installed one; empty where there is none.
registry_program() {
    local state
    for state in "${CONTAINERTRAIN_STATE:-}" /var/lib/containertrain-engine "${XDG_STATE_HOME:-$HOME/.local/state}/containertrain-engine"; do
        if [ -n "$state" ] && [ -x "$state/tools/docker-registry/usr/bin/docker-registry" ]; then
            echo "$state/tools/docker-registry/usr/bin/docker-registry"
            return
        fi
    done
    command -v docker-registry || true
}

torchsharp_version() {
    sed -n 's:.*<TorchSharpVersion>\(.*\)</TorchSharpVersion>.*:\1:p' "$REPO_ROOT/Directory.Packages.props" | head -n 1
}

inner_loop() {
    local version program log
    cd "$REPO_ROOT"
    mkdir -p "$BENCH_DIR" "$ARTIFACTS_DIR/test-results"
    hold_lock "$BENCH_DIR/.lock" inner-loop "$@"
    require_tools
    "$ENG_DIR/engine.sh" up >&2
    eval "$("$ENG_DIR/engine.sh" env)"
    version=$("$ENG_DIR/pack.sh" | tail -n 1)
    log=$ARTIFACTS_DIR/test-results/build-bench.binlog
    dotnet build "$PROJECT" --configuration Release --nologo --verbosity quiet "-p:Version=$version" "-bl:$log" >&2 ||
        die "the benchmark could not be built; the build log is $log"
    rm -f "$log"
    # From a copy: a build of the solution meanwhile would write over a program that runs.
    program=$BENCH_DIR/program
    rm -rf "$program"
    cp -r "$(dotnet msbuild "$PROJECT" -getProperty:TargetDir -p:Configuration=Release)" "$program"
    # The same for all variants: no node that one leaves serves another; and the compiler server, as by default,
    # whatever this shell is set to. The bench ends the one it started.
    export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=true DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
    dotnet "$program/ContainerTrain.Benchmarks.dll" --folder "$BENCH_DIR" --version "$version" --torchsharp "$(torchsharp_version)" \
        --mirror "${TrainRegistryMirror:-}" --registry-program "$(registry_program)" "$@"
}

command=${1:-}
[ "$#" -eq 0 ] || shift
case $command in
    inner-loop)
        case " $* " in *' --help '* | *' -h '*) usage; exit 0 ;; esac
        inner_loop "$@"
        ;;
    -h | --help | help) usage ;;
    *) usage >&2; exit 2 ;;
esac
