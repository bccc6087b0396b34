#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make test`: every part in turn, then one closing line for all of them. SANITIZE=address,undefined runs the parts
# that such a build can run; the ThreadSanitizer parts belong to the plain run.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly LOGS=build/test-logs
# Cluster tests that are driven with ThreadSanitizer: together they pass every thread.
readonly THREAD_TESTS="the_second_workbench_waits sigterm_drains_the_leader"

passed=0 failed=0

# The old sanitizers' shadow memory collides with the widest address randomisation of newer kernels.
avoid_wide_randomisation() {
    local bits
    bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 32)
    [ "$bits" -le 28 ] || [ -n "${GPUAAS_STEADY_ADDRESSES:-}" ] ||
        GPUAAS_STEADY_ADDRESSES=yes exec setarch --addr-no-randomize "$0"
}

# run_part NAME COMMAND...: its last line `N passed, N failed` is added to the sum. A part that ends badly without
# saying so, or that has no tests, counts as a failure.
run_part() {
    local name=$1 log="$LOGS/$1.log" code=0 closing passes=0 failures=0 began=$SECONDS
    shift
    printf '\n== %s ==\n' "$name"
    "$@" 2>&1 | tee "$log" || code=$?
    closing=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1) || true
    if [ -n "$closing" ]; then
        read -r passes _ failures _ <<<"$closing"
    fi
    if [ "$failures" -eq 0 ] && { [ "$code" -ne 0 ] || [ "$passes" -eq 0 ]; }; then
        printf "the part '%s' ended with code %d and %d tests\n" "$name" "$code" "$passes"
        failures=1
    fi
    passed=$((passed + passes))
    failed=$((failed + failures))
    summary+=$(printf '%-20s %4d passed %4d failed %5d s' "$name" "$passes" "$failures" $((SECONDS - began)))$'\n'
}

# The parts choose what they are built with, beside what the caller asked for in the environment.
avoid_wide_randomisation
unset OUT PROGRAM
export FAILPOINTS=1
mkdir -p "$LOGS"
summary=''

scripts/setup.sh build test control-plane
run_part unit make test-unit
run_part admission make test-admission
run_part simulate make test-simulate
run_part docs make test-docs
run_part cluster make test-cluster
if [ -z "${SANITIZE:-}" ]; then
    export CC=clang SANITIZE=thread
    scripts/setup.sh check
    run_part concurrency make test-concurrency
    run_part cluster-threads make test-cluster TESTS="$THREAD_TESTS"
fi

printf '\n%s\n%d passed, %d failed\n' "$summary" "$passed" "$failed"
[ "$failed" -eq 0 ]
