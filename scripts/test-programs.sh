#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs built test programs: Criterion's, and plain ones that end with `N passed, N failed`. What a program prints is
# shown when it fails; so are the sanitizers' reports, each of which is a failure (Criterion's exit code hides leaks).
set -euo pipefail

readonly SECONDS_MAX=300
readonly REPORT_LINES_MAX=60
readonly CLOSING_LINES='^\[====\] Synthesis: Tested: [0-9]+ \| Passing: ([0-9]+) \| Failing: ([0-9]+) \|'\
'|^([0-9]+) passed, ([0-9]+) failed$'

passed=0 failed=0
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT

options="log_path=$reports/report"
export ASAN_OPTIONS="$options:${ASAN_OPTIONS:-}" TSAN_OPTIONS="$options:${TSAN_OPTIONS:-}"
export UBSAN_OPTIONS="$options:print_stacktrace=1:${UBSAN_OPTIONS:-}"

# Prints what is wrong with a run, nothing if all is well.
find_faults() {
    local code=$1 passes=$2 failures=$3 report
    if [ "$code" -eq 124 ]; then
        echo "it took more than $SECONDS_MAX s"
    elif [ "$code" -ne 0 ] && [ "$failures" -eq 0 ]; then
        echo "it ended with code $code"
    fi
    [ $((passes + failures)) -gt 0 ] || echo "it ran no tests"
    for report in "$reports"/*; do
        [ -e "$report" ] || continue
        echo "a sanitizer reported:"
        head -n "$REPORT_LINES_MAX" "$report"
    done
}

run_program() {
    local program=$1 output code=0 line passes=0 failures=0 faults
    rm -f "$reports"/*
    output=$(timeout "$SECONDS_MAX" "$program" 2>&1) || code=$?
    while read -r line; do
        [[ $line =~ $CLOSING_LINES ]] || continue
        passes=$((passes + ${BASH_REMATCH[1]:-${BASH_REMATCH[3]}}))
        failures=$((failures + ${BASH_REMATCH[2]:-${BASH_REMATCH[4]}}))
    done <<<"$output"
    faults=$(find_faults "$code" "$passes" "$failures")
    [ -z "$faults" ] || failures=$((failures + 1))
    passed=$((passed + passes))
    failed=$((failed + failures))
    if [ "$failures" -eq 0 ]; then
        printf 'ok   %4d  %s\n' "$passes" "$program"
    else
        printf 'FAIL %4d  %s\n' "$failures" "$program"
        printf '%s\n' "$output" "$faults" | sed 's/^/    /'
    fi
}

for program in "$@"; do
    run_program "$program"
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
