# shellcheck shell=bash
# A base image with Python and pip made of Debian packages, for the test of a project that is no .NET program.
# Made when the test asks for it, then kept; "engine.sh up" does not make it.

PYTHON_BASE_DIR=$ARTIFACTS_DIR/python-base

# python_base: prints the path of the root file system's tar.
python_base() {
    local tar
    mkdir -p "$PYTHON_BASE_DIR"
    # Two test programs may ask at once; the lock ends with this shell.
    if have flock; then
        exec 9>"$PYTHON_BASE_DIR/lock"
        flock 9
    fi
    tar=$PYTHON_BASE_DIR/python-$(sha256sum <"${BASH_SOURCE[0]}" | cut -c 1-12).tar
    if [ ! -f "$tar" ]; then
        is_debian_like || die "base images can be made only on Debian and Ubuntu"
        install_packages mmdebstrap debian-archive-keyring >&2
        rm -f "$PYTHON_BASE_DIR"/python-*.tar*
        make_python "$tar.part" >&2 || die "mmdebstrap could not make the base with Python"
        mv "$tar.part" "$tar"
    fi
    printf '%s\n' "$tar"
}

make_python() {
    local mode=unshare
    ! is_root || mode=root
    mmdebstrap --quiet --mode=$mode --format=tar --variant=minbase --include=python3,python3-pip \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --customize-hook="ln -s python3 \"\$1/usr/bin/python\"" \
        --customize-hook="rm -rf \"\$1/var/cache/apt\"/*.bin \"\$1/var/lib/apt/lists\"/*" \
        trixie "$1"
}
