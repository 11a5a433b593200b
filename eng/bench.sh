#!/usr/bin/env bash
# How long the things take that people wait for, side by side with the other ways to do them.
set -euo pipefail
# shellcheck source=eng/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<'USAGE'
usage: eng/bench.sh inner-loop [OPTION...]
       eng/bench.sh training [OPTION...]
       eng/bench.sh metrics [--rounds N]
       eng/bench.sh launch [--rounds N]
       eng/bench.sh logs [--rounds N] [--long-mb N]
       eng/bench.sh push [--rounds N] [--cases first]

inner-loop: from an edit to an image: plain dotnet build, ours, dotnet publish -t:PublishContainer, and dotnet publish
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

training: the template's training loop in the base image, beside the loops of tutorials and ML.NET; writes
artifacts/bench/training.md and .json. Gets the flights of the npm package vega-datasets once.

  --rounds N        rounds, each of which runs all loops in turn (5)
  --cases A,B       of full-batch, minibatch, flights, first-epoch (all)

A full run takes about two minutes, and wants the machine for itself.

metrics: what logging costs a training loop of about a thousand steps per second, beside writers that one
would write first. Needs no engine and about a minute; writes artifacts/bench/metrics.md, which is the stdout too.

  --rounds N        rounds, each with two blocks of the loop with a writer and two without, for each writer (20)

launch: what a training of an image that is there adds to the same docker run. Gets an engine and packs; writes
artifacts/bench/launch.md, which is the stdout too. About two minutes.

  --rounds N        rounds, each with a build that has nothing to do, a training and a docker run (15)

logs: how fast a training's lines reach log.txt, beside docker run > file and docker logs --follow > file, and the
build's memory meanwhile; writes artifacts/bench/logs.md, which is the stdout too. About three minutes, and 3 GB of disk.

  --rounds N        rounds of 100 MB each (5)
  --long-mb N       what the run prints whose memory is compared with that of a run of 10 MB (1000)

push: from an edit to an image in a registry, beside dotnet publish -t:PublishContainer to the same registry (Debian's
docker-registry on a loopback port) and a plain build; writes artifacts/bench/push.md, which is the stdout too.

  --rounds N        rounds, each of which runs all variants in turn (3)
  --cases edit      leaves out the first push to an empty registry

A full run takes about four minutes. It removes what it made, like inner-loop.
USAGE
}

BENCH_DIR=$ARTIFACTS_DIR/bench
PROGRAM=$BENCH_DIR/program
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

# build_program VERSION: into $PROGRAM.
build_program() {
    local log
    log=$ARTIFACTS_DIR/test-results/build-bench.binlog
    dotnet build "$PROJECT" --configuration Release --nologo --verbosity quiet "-p:Version=$1" "-bl:$log" >&2 ||
        die "the benchmark could not be built; the build log is $log"
    rm -f "$log"
    # From a copy: a build of the solution meanwhile would write over a program that runs.
    rm -rf "$PROGRAM"
    cp -r "$(dotnet msbuild "$PROJECT" -getProperty:TargetDir -p:Configuration=Release)" "$PROGRAM"
}

# with_packages COMMAND OPTION...: packs, and runs a part of the program that builds projects.
with_packages() {
    local command=$1 version part=()
    shift
    [ "$command" = inner-loop ] || part=("$command" --rounds 3)
    cd "$REPO_ROOT"
    mkdir -p "$BENCH_DIR" "$ARTIFACTS_DIR/test-results"
    hold_lock "$BENCH_DIR/.lock" "$command" "$@"
    require_tools
    "$ENG_DIR/engine.sh" up >&2
    eval "$("$ENG_DIR/engine.sh" env)"
    version=$("$ENG_DIR/pack.sh" | tail -n 1)
    build_program "$version"
    # The same for all variants: no node that one leaves serves another; and the compiler server, as by default,
    # whatever this shell is set to. The bench ends the one it started.
    export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=true DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
    dotnet "$PROGRAM/ContainerTrain.Benchmarks.dll" "${part[@]}" --folder "$BENCH_DIR" --version "$version" --torchsharp "$(torchsharp_version)" \
        --mirror "${TrainRegistryMirror:-}" --registry-program "$(registry_program)" "$@"
}

FLIGHTS_PACKAGE=vega-datasets@3.2.1
FLIGHTS=$ARTIFACTS_DIR/data/flights-3m.parquet

# get_flights: unpacks the one file from the package, for good.
get_flights() {
    local folder archive
    [ ! -f "$FLIGHTS" ] || return 0
    have npm || die "npm is missing, which gets the flights; install it, or leave them out with --cases"
    note "getting the flights ($FLIGHTS_PACKAGE)"
    folder=$(mktemp -d)
    archive=$(npm pack --silent --pack-destination "$folder" "$FLIGHTS_PACKAGE") || die "npm could not get $FLIGHTS_PACKAGE"
    tar -xzf "$folder/$archive" -C "$folder" package/data/flights-3m.parquet
    mkdir -p "$(dirname "$FLIGHTS")"
    mv "$folder/package/data/flights-3m.parquet" "$FLIGHTS"
    rm -rf "$folder"
}

training() {
    local project=$REPO_ROOT/tests/ContainerTrain.Benchmarks.Training/ContainerTrain.Benchmarks.Training.csproj
    local rounds=5 cases=full-batch,minibatch,first-epoch,flights program commit log
    while [ "$#" -gt 0 ]; do
        case $1 in
            --rounds) rounds=${2:?--rounds needs a number}; shift 2 ;;
            --cases) cases=${2:?--cases needs names}; shift 2 ;;
            *) die "unknown option '$1'" ;;
        esac
    done
    cd "$REPO_ROOT"
    mkdir -p "$BENCH_DIR" "$ARTIFACTS_DIR/test-results"
    require_tools
    "$ENG_DIR/engine.sh" up >&2
    eval "$("$ENG_DIR/engine.sh" env)"
    case ,$cases, in *,flights,*) get_flights ;; esac
    log=$ARTIFACTS_DIR/test-results/build-bench-training.binlog
    dotnet build "$project" --configuration Release --nologo --verbosity quiet "-bl:$log" >&2 ||
        die "the benchmark could not be built; the build log is $log"
    rm -f "$log"
    program=$BENCH_DIR/training-program
    rm -rf "$program"
    cp -r --link "$(dotnet msbuild "$project" -getProperty:TargetDir -p:Configuration=Release)" "$program" 2>/dev/null ||
        cp -r "$(dotnet msbuild "$project" -getProperty:TargetDir -p:Configuration=Release)" "$program"
    commit=$(git rev-parse --short HEAD)$([ -z "$(git status --porcelain)" ] || echo ', with changes')
    mkdir -p "$(dirname "$FLIGHTS")"
    docker run --rm --network none --user "$(id -u):$(id -g)" \
        --mount "type=bind,source=$program,target=/bench,readonly" \
        --mount "type=bind,source=$(dirname "$FLIGHTS"),target=/data,readonly" \
        --mount "type=bind,source=$BENCH_DIR,target=/results" \
        --tmpfs /tmp:exec --env HOME=/tmp \
        "${TrainRegistryMirror:-mcr.microsoft.com}/dotnet/runtime:10.0-noble" \
        dotnet /bench/ContainerTrain.Benchmarks.Training.dll /results "$commit" "/data/$(basename "$FLIGHTS")" "$rounds" "$cases"
}

metrics() {
    local rounds=20
    if [ "${1:-}" = --rounds ]; then rounds=${2:-}; fi
    if [ "$#" -ne 0 ] && { [ "$#" -ne 2 ] || [ "$1" != --rounds ]; }; then usage >&2; exit 2; fi
    cd "$REPO_ROOT"
    mkdir -p "$BENCH_DIR" "$ARTIFACTS_DIR/test-results"
    hold_lock "$BENCH_DIR/.lock" metrics "$@"
    build_program "$("$ENG_DIR/pack.sh" --version)"
    dotnet "$PROGRAM/ContainerTrain.Benchmarks.dll" metrics --folder "$BENCH_DIR" --rounds "$rounds"
}

# runs NAME OPTION...: a bench of whole trainings with the packed SDK.
runs() {
    local name=$1 version
    cd "$REPO_ROOT"
    mkdir -p "$BENCH_DIR" "$ARTIFACTS_DIR/test-results"
    hold_lock "$BENCH_DIR/.lock" "$@"
    shift
    require_tools
    "$ENG_DIR/engine.sh" up >&2
    eval "$("$ENG_DIR/engine.sh" env)"
    version=$("$ENG_DIR/pack.sh" | tail -n 1)
    build_program "$version"
    export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
    dotnet "$PROGRAM/ContainerTrain.Benchmarks.dll" "$name" --folder "$BENCH_DIR" --version "$version" "$@"
}

command=${1:-}
[ "$#" -eq 0 ] || shift
case $command in
    launch | logs)
        case " $* " in *' --help '* | *' -h '*) usage; exit 0 ;; esac
        runs "$command" "$@"
        ;;
    training)
        case " $* " in *' --help '* | *' -h '*) usage; exit 0 ;; esac
        training "$@"
        ;;
    inner-loop)
        case " $* " in *' --help '* | *' -h '*) usage; exit 0 ;; esac
        with_packages inner-loop "$@"
        ;;
    push)
        case " $* " in *' --help '* | *' -h '*) usage; exit 0 ;; esac
        with_packages push "$@"
        ;;
    metrics)
        case " $* " in *' --help '* | *' -h '*) usage; exit 0 ;; esac
        metrics "$@"
        ;;
    -h | --help | help) usage ;;
    *) usage >&2; exit 2 ;;
esac
