#!/usr/bin/env bash
# From a fresh clone to a trained model.
set -euo pipefail
# shellcheck source=eng/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<'USAGE'
usage: eng/quickstart.sh [--fresh]

Gets an engine (eng/engine.sh up), packs the SDK (eng/pack.sh), makes a project from the template in
artifacts/quickstart, and trains it: dotnet build -t:Train. Run it again after you edited the project,
or the SDK: your edits and runs stay, and only the SDK version in the project file is brought up to date.

  --fresh   delete artifacts/quickstart with its runs first
USAGE
}

PROJECT_DIR=$ARTIFACTS_DIR/quickstart
PROJECT_FILE=$PROJECT_DIR/Quickstart.csproj

# make_project VERSION
make_project() {
    # A template hive of its own: the user's installed templates are none of our business.
    # Always a new one, since a hive refuses a package that it has already, and an absolute path,
    # since it scans nothing under a relative one.
    local hive=$ARTIFACTS_DIR/template-hive
    rm -rf "$hive"
    note "making a project in $PROJECT_DIR"
    dotnet new install "$ARTIFACTS_DIR/packages/ContainerTrain.Templates.$1.nupkg" --debug:custom-hive "$hive" >/dev/null ||
        die "the template package could not be installed"
    dotnet new containertrain --output "$PROJECT_DIR" --name Quickstart --debug:custom-hive "$hive" >&2 ||
        die "the template could not make a project"
}

# update_project VERSION: nothing but the SDK version, wherever the project file names it.
update_project() {
    local old
    old=$(sed -n 's:.*ContainerTrain\.Sdk/\([^"]*\)".*:\1:p' "$PROJECT_FILE" | head -n 1)
    if [ -z "$old" ]; then
        note "$PROJECT_FILE names no SDK version; it is used as it is"
    elif [ "$old" != "$1" ]; then
        note "bringing the SDK version in $PROJECT_FILE from $old to $1; all else stays"
        sed -i "s/${old//./\\.}/$1/g" "$PROJECT_FILE"
    fi
}

# The lines that the program prints at its end: two fits and the line itself.
show_result() {
    local run
    run=$(cd "$PROJECT_DIR/runs/latest" 2>/dev/null && pwd -P) || die "the training left no run folder in $PROJECT_DIR/runs"
    echo
    awk '/^(training|validation) +(RMSE|no rows)/ || /^[^ ]+ = .*·/' "$run/log.txt"
    echo
    echo "run folder  $run"
}

main() {
    local start version
    start=$(now_us)
    require_tools
    "$ENG_DIR/engine.sh" up >&2
    eval "$("$ENG_DIR/engine.sh" env)"
    version=$("$ENG_DIR/pack.sh" | tail -n 1)
    if [ -f "$PROJECT_FILE" ]; then update_project "$version"; else make_project "$version"; fi
    note "dotnet build -t:Train"
    (cd "$PROJECT_DIR" && dotnet build -t:Train) || die "the training failed; the reason is above, the project in $PROJECT_DIR"
    show_result
    echo "elapsed     $(elapsed_since "$start")"
}

case ${1:-} in
    '') main ;;
    --fresh) rm -rf "$PROJECT_DIR"; main ;;
    -h | --help) usage ;;
    *) usage >&2; exit 2 ;;
esac
