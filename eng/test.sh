#!/usr/bin/env bash
# All tests, against the packages as a user gets them and against a real engine.
set -euo pipefail
# shellcheck source=eng/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=eng/lib/test-report.sh
. "$ENG_DIR/lib/test-report.sh"
# shellcheck source=eng/lib/daemon.sh
. "$ENG_DIR/lib/daemon.sh"
# shellcheck source=eng/lib/podman.sh
. "$ENG_DIR/lib/podman.sh"
# shellcheck source=eng/lib/matrix.sh
. "$ENG_DIR/lib/matrix.sh"

usage() {
    cat <<'USAGE'
usage: eng/test.sh [LAYER...] [-- TEST-OPTION...]
       eng/test.sh --engines [-- TEST-OPTION...]

Gets an engine, packs, builds and runs the tests; installs what it needs where it is root on Debian or
Ubuntu. The last line is "N passed, N failed, N skipped".

  LAYER         Core, Runtime, Sdk, Engine (tests/ContainerTrain.LAYER.Tests); all by default.
                A chosen layer builds only itself and starts an engine only if it needs one.
  TEST-OPTION   handed to every test program, e.g.  eng/test.sh Core -- -class '*DockerfileTests'

  --engines     no layer, but the contract of builders and runners and the faults on every engine that this
                machine can have: the installed Docker and Podman, and those of Debian 13 and unstable, each with a
                socket and data of its own, the newest Docker also with containerd's image store. Needs root.
                Says which could not be set up, and why. About a quarter of an hour.

Reports and the build logs of failed builds are in artifacts/test-results. With CI=true an engine is a
must, and a test of the Sdk or Engine layer that skips with a reason that begins "required:" has failed.
USAGE
}

RESULTS_DIR=$ARTIFACTS_DIR/test-results
BUILD_LOCK=$ARTIFACTS_DIR/.build.lock
# libtorch's wrapper asks for it; the system libraries of Debian 12 and Ubuntu 22.04 are older.
NEEDED_GLIBCXX=GLIBCXX_3.4.32

LAYERS=()
CHOSEN=false
ENGINES=false
TEST_OPTIONS=()

test_project() { printf '%s/tests/ContainerTrain.%s.Tests/ContainerTrain.%s.Tests.csproj' "$REPO_ROOT" "$1" "$1"; }

# known_layers: all there are, the four known ones in the order in which a failure explains most.
known_layers() {
    local project layer
    for layer in Core Runtime Sdk Engine; do
        [ ! -f "$(test_project "$layer")" ] || echo "$layer"
    done
    for project in "$REPO_ROOT"/tests/ContainerTrain.*.Tests/*.csproj; do
        layer=$(basename "$project" .Tests.csproj)
        layer=${layer#ContainerTrain.}
        case $layer in Core | Runtime | Sdk | Engine | '*') ;; *) echo "$layer" ;; esac
    done
}

read_arguments() {
    local known
    known=$(known_layers)
    while [ "$#" -gt 0 ]; do
        case $1 in
            -h | --help) usage; exit 0 ;;
            --engines) ENGINES=true; CHOSEN=true; LAYERS=(Engine) ;;
            --) shift; TEST_OPTIONS=("$@"); break ;;
            *)
                grep -qx -- "$1" <<<"$known" || { note "there is no layer '$1'; there are: ${known//$'\n'/ }"; exit 2; }
                LAYERS+=("$1")
                CHOSEN=true
                ;;
        esac
        shift
    done
    "$CHOSEN" || mapfile -t LAYERS <<<"$known"
    [ -n "${LAYERS[0]}" ] || give_up "there are no test projects in tests/"
}

# chosen LAYER...: one of them is to run.
chosen() {
    local layer wanted
    for layer in "${LAYERS[@]}"; do
        for wanted in "$@"; do
            [ "$layer" != "$wanted" ] || return 0
        done
    done
    return 1
}

# give_up REASON: what prevents all tests from running is one failure.
give_up() {
    note "error: $1"
    echo '0 passed, 1 failed, 0 skipped'
    exit 1
}

# step TITLE COMMAND...: with a line that says how long it took.
step() {
    local title=$1 start code=0
    shift
    start=$(now_us)
    note "$title ..."
    "$@" || code=$?
    note "$title: $(elapsed_since "$start")"
    return "$code"
}

# tmux is the pseudo-terminal of the live output's test; a test whose tool is missing says so itself.
install_tools() {
    local tool missing=()
    for tool in git curl tmux; do
        have "$tool" || missing+=("$tool")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    if is_root && is_debian_like; then
        install_packages "${missing[@]}"
    else
        warn "missing: ${missing[*]}; what needs it cannot run"
    fi
}

engine_up() {
    "$ENG_DIR/engine.sh" up >&2 || return 1
    eval "$("$ENG_DIR/engine.sh" env)"
}

host_runs_torch() {
    local library
    library=$(ldconfig -p 2>/dev/null | sed -n 's/^[[:space:]]*libstdc++\.so\.6 .*=> //p' | head -n 1)
    [ -n "$library" ] && grep -aq "$NEEDED_GLIBCXX" "$library"
}

needs_engine() { chosen Sdk Engine || { chosen Runtime && ! host_runs_torch; }; }

prepare() {
    export CONTAINERTRAIN_FEED=$ARTIFACTS_DIR/packages CONTAINERTRAIN_VERSION
    ENGINE=false
    mkdir -p "$RESULTS_DIR"
    if needs_engine; then
        if step 'engine' engine_up; then
            ENGINE=true
        elif is_ci; then
            give_up 'no engine, and in CI the engine tests must run'
        else
            warn 'no engine (the reason is above): the tests that need one will skip'
        fi
    fi
    if chosen Engine && ! "$ENGINES"; then
        trap podman_down EXIT
        # Not below artifacts/: a container engine's storage is no place for a build to look into.
        step 'podman' podman_up "/var/tmp/containertrain-podman.$$" || warn 'no Podman: its leg of the engine tests will skip'
    fi
    if chosen Sdk Engine && ! "$ENGINES"; then
        step 'packages' pack || give_up 'the packages could not be built'
    else
        CONTAINERTRAIN_VERSION=$("$ENG_DIR/pack.sh" --version)
    fi
    # One version in all builds, or each would compile everything anew.
    if "$CHOSEN"; then
        local layer
        for layer in "${LAYERS[@]}"; do
            step "build $layer" build "$(test_project "$layer")" || give_up "the $layer tests could not be built"
        done
    else
        step 'build' build "$REPO_ROOT/ContainerTrain.Sdk.sln" || give_up 'the solution could not be built'
    fi
}

pack() { CONTAINERTRAIN_VERSION=$("$ENG_DIR/pack.sh" | tail -n 1); }

# build PROJECT: Release, as the packages are.
build() {
    local log lock=()
    log=$RESULTS_DIR/build-$(basename "${1%.*}").binlog
    ! have flock || lock=(flock --close "$BUILD_LOCK")
    if ! "${lock[@]}" dotnet build "$1" --configuration Release --nologo --verbosity quiet \
        "-p:Version=$CONTAINERTRAIN_VERSION" "-bl:$log" >&2; then
        note "the build log is $log"
        return 1
    fi
    rm -f "$log"
}

# run_layer LAYER: runs the test program and counts from its report.
run_layer() {
    local layer=$1 program report code=0
    # Of this layer only: another may be running from another terminal.
    export CONTAINERTRAIN_TEST_RESULTS=$RESULTS_DIR/$layer
    rm -rf "$CONTAINERTRAIN_TEST_RESULTS"
    mkdir -p "$CONTAINERTRAIN_TEST_RESULTS"
    report=$CONTAINERTRAIN_TEST_RESULTS/report.xml
    program=$(dotnet msbuild "$(test_project "$layer")" -getProperty:TargetPath -p:Configuration=Release)
    if [ ! -f "$program" ]; then
        count "$layer" 0 1 0 "not built; is its project in the solution?"
    elif [ "$layer" != Runtime ] || host_runs_torch; then
        run_on_host "$program" "$report" || code=$?
        count_report "$layer" "$report" "$code"
    elif "$ENGINE"; then
        run_in_base_image "$program" "$report" || code=$?
        count_report "$layer" "$report" "$code"
    else
        # Not in CI: there an engine is a must.
        count "$layer" 0 0 1 'not run: this libstdc++ is too old for libtorch, and there is no engine'
    fi
}

# report_options REPORT: colours are for people.
report_options() {
    printf '%s\n' -noLogo -xml "$1"
    [ -t 1 ] || echo -noColor
}

run_on_host() {
    local options
    mapfile -t options < <(report_options "$2")
    dotnet "$1" "${options[@]}" "${TEST_OPTIONS[@]}"
}

# run_in_base_image PROGRAM REPORT: where training programs run, and as shut in as they are.
run_in_base_image() {
    local options image
    image=${TrainRegistryMirror:-mcr.microsoft.com}/dotnet/runtime:10.0-noble
    mapfile -t options < <(report_options /results/report.xml)
    note "this machine's libstdc++ has no $NEEDED_GLIBCXX: the tests run in $image"
    docker run --rm --network none --user "$(id -u):$(id -g)" \
        --mount "type=bind,source=$(dirname "$1"),target=/tests,readonly" \
        --mount "type=bind,source=$(dirname "$2"),target=/results" \
        --tmpfs /tmp:exec --env HOME=/tmp --env CI --env CONTAINERTRAIN_TEST_RESULTS=/results \
        "$image" dotnet "/tests/$(basename "$1")" "${options[@]}" "${TEST_OPTIONS[@]}"
}

main() {
    local start layer
    start=$(now_us)
    cd "$REPO_ROOT"
    read_arguments "$@"
    install_tools
    require_tools
    prepare
    if "$ENGINES"; then
        matrix "$(dotnet msbuild "$(test_project Engine)" -getProperty:TargetPath -p:Configuration=Release)"
    else
        for layer in "${LAYERS[@]}"; do
            step "$layer" run_layer "$layer"
        done
    fi
    # A filter that fits nothing anywhere is a mistyped one.
    [ $((PASSED + FAILED + SKIPPED)) -gt 0 ] || count all 0 1 0 'no test fits the options'
    echo
    printf '%s\n' "${TABLE[@]}"
    note "all: $(elapsed_since "$start")"
    echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
    [ "$FAILED" -eq 0 ]
}

main "$@"
