#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make check`: every rule that a program can check, in turn. All of them run; exit 1 if one was broken.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly LOGS=build/check-logs
readonly CONTROL_PLANE=build/check-control-plane
readonly LINES_SHOWN=60
readonly TIDY_FLAGS=(-std=gnu17 -D_GNU_SOURCE -DH2O_USE_LIBUV=0 -I.)

failed=()

find_sources() {
    find base policy certs webhook "$@" -print0
}

check_format() {
    find_sources tests -name '*.[ch]' | xargs -0 clang-format --dry-run -Werror
}

check_layers() {
    make --silent layers | scripts/check-layers.sh
}

# Shows no more of a build than what went wrong.
build_quietly() {
    make --keep-going "$@" | { grep -vE '^  (CC|LINK) ' || true; }
}

check_warnings_of_gcc() {
    build_quietly CC=gcc objects all
}

check_warnings_of_clang() {
    build_quietly CC=clang objects
}

check_tidy() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    find_sources -name '*.c' | xargs -0 -P "$(nproc)" -n 8 \
        bash -c 'clang-tidy --quiet "${@:2}" -- $1 2>/dev/null' tidy "${TIDY_FLAGS[*]}"
}

check_shell() {
    shellcheck --external-sources .ci/run scripts/*.sh scripts/*/*.sh
}

# Bytecode stays out of the tree.
check_python() {
    PYTHONPYCACHEPREFIX=build/pycache /usr/bin/python3 -W error -m compileall -q tests &&
        find tests -name run -type f -exec env PYTHONPYCACHEPREFIX=build/pycache \
            /usr/bin/python3 -W error -m py_compile {} +
}

check_manifests() {
    find manifests -name '*.yaml' ! -name kustomization.yaml -print0 | xargs -0 build/gpuaas check
}

# Deletes what was applied, the last first, whatever happened before.
delete_folders() {
    local index code=0
    for ((index = $# - 1; index >= 0; index--)); do
        kubectl delete --ignore-not-found --timeout 60s -k "${@:index+1:1}" || code=1
    done
    return "$code"
}

# Every kustomization is applied and deleted, in the order of manifests/README.md but for base: while its webhook
# configurations are there and the program is not, nothing else can be created or deleted.
apply_and_delete() {
    local folder applied=() code=0
    for folder in manifests/crds manifests/examples/*; do
        applied+=("$folder")
        kubectl apply -k "$folder" || code=1
        [ "$folder" != manifests/crds ] ||
            kubectl wait --for condition=Established --timeout 30s --all customresourcedefinitions || code=1
    done
    delete_folders "${applied[@]:1}" || code=1
    for folder in manifests/base $(find manifests/overlays manifests/components -name kustomization.yaml \
        -exec dirname {} + 2>/dev/null); do
        kubectl apply -k "$folder" || code=1
        delete_folders "$folder" || code=1
    done
    delete_folders manifests/crds || code=1
    return "$code"
}

check_kustomizations() (
    trap 'scripts/control-plane.sh stop --dir "$CONTROL_PLANE"' EXIT
    scripts/control-plane.sh start --dir "$CONTROL_PLANE" || exit
    eval "$(scripts/control-plane.sh env --dir "$CONTROL_PLANE")"
    apply_and_delete
)

# run_check NAME FUNCTION: the beginning of what it prints is shown if it fails.
run_check() {
    local name=$1 log="$LOGS/${2#check_}.log" began=$SECONDS verdict=ok
    if ! "$2" >"$log" 2>&1; then
        verdict=FAIL
        failed+=("$name")
    fi
    printf '%-4s %4d s  %s\n' "$verdict" $((SECONDS - began)) "$name"
    [ "$verdict" = ok ] || { head -n "$LINES_SHOWN" "$log" | sed 's/^/    /'; }
}

scripts/setup.sh check build test control-plane
scripts/control-plane.sh build >/dev/null
mkdir -p "$LOGS"
run_check 'clang-format' check_format
run_check 'layers and house rules' check_layers
run_check 'gcc without a warning' check_warnings_of_gcc
run_check 'clang without a warning' check_warnings_of_clang
run_check 'clang-tidy' check_tidy
run_check 'shellcheck' check_shell
run_check 'Python syntax' check_python
run_check 'gpuaas check of all manifests' check_manifests
run_check 'kustomizations applied and deleted' check_kustomizations

if [ ${#failed[@]} -gt 0 ]; then
    printf 'check: %d failed\n' ${#failed[@]}
    exit 1
fi
echo 'check: all is well'
