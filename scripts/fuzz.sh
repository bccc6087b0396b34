#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make fuzz`: every fuzz target in turn, FUZZ_SECONDS (60) in all. What a target finds of new paths is kept in
# build/fuzz, and the next run begins there. Exit 1 if one crashed, with the input and how to run it again.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly FOLDER=build/fuzz
readonly CORPUS=tests/fuzz/corpus
readonly INPUT_SECONDS_MAX=10
readonly MEMORY_MIB_MAX=2048
readonly LINES_SHOWN=40
readonly SOURCES='(\./)?(base|certs|policy|tests|webhook)'
# Longer inputs say nothing more to these; of the others, the largest seed is the measure.
readonly -A INPUT_BYTES_MAX=([fuzz_quantity]=80 [fuzz_cohort_pass]=400)

failed=0

fail() {
    printf 'fuzz: %s\n' "$1" >&2
    exit 1
}

# The old sanitizers' shadow memory collides with the widest address randomisation of newer kernels.
avoid_wide_randomisation() {
    local bits
    bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 32)
    [ "$bits" -le 28 ] || [ -n "${GPUAAS_STEADY_ADDRESSES:-}" ] ||
        GPUAAS_STEADY_ADDRESSES=yes exec setarch --addr-no-randomize "$0"
}

# Leaves the paths of all targets in `targets`.
build_targets() {
    local log="$FOLDER/build.log"
    echo 'building the fuzz targets'
    make --no-print-directory fuzz-targets >"$log" 2>&1 || {
        grep -vE '^  (CC|LINK) ' "$log" | tail -n "$LINES_SHOWN" >&2
        fail 'the fuzz targets cannot be built'
    }
    mapfile -t targets < <(grep '/fuzz_[a-z_]*$' "$log" | grep -v '^ ')
    [ ${#targets[@]} -gt 0 ] || fail 'there are no fuzz targets'
}

# What is lying about in the repository is where a target begins, beside its own corpus.
collect_seeds() {
    local name=$1 seeds="$FOLDER/$1/seeds" file
    rm -rf "$seeds"
    mkdir -p "$seeds"
    case $name in
    fuzz_document | fuzz_policy_objects)
        find manifests/examples -name '*.yaml' -exec cp --backup=numbered -t "$seeds" {} +
        ;;
    fuzz_review)
        for file in tests/admission/*/review.json tests/admission/recorded/*/review.json; do
            jq -c . "$file" >"$seeds/$(basename "$(dirname "$file")")"
        done
        ;;
    esac
}

report_crash() {
    local target=$1 name=$2 log=$3 reproducer
    reproducer=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    grep -E "does not hold|ERROR|SUMMARY|runtime error|^ +#[0-9]+ .* in [a-z_]+ /[^(]*/$SOURCES/" "$log" |
        head -n "$LINES_SHOWN" | sed 's/^/    /'
    if [ -z "$reproducer" ]; then
        printf '    %s ended without an input: its log is %s\n' "$name" "$log"
        return
    fi
    printf '    the input: %s (%d bytes)\n    again:     %s %s\n' "$reproducer" "$(stat -c %s "$reproducer")" \
        "setarch --addr-no-randomize $target" "$reproducer"
    [ "$name" != fuzz_cohort_pass ] || echo '               FUZZ_DESCRIBE=1 in the environment prints the state'
}

run_target() {
    local target=$1 name folder log code=0 count
    name=$(basename "$target")
    folder="$FOLDER/$name"
    log="$folder/log"
    mkdir -p "$folder/corpus"
    collect_seeds "$name"
    "$target" -max_total_time="$seconds" -timeout="$INPUT_SECONDS_MAX" -rss_limit_mb="$MEMORY_MIB_MAX" \
        -max_len="${INPUT_BYTES_MAX[$name]:-0}" -artifact_prefix="$folder/" -print_final_stats=1 \
        "$folder/corpus" "$CORPUS/$name" "$folder/seeds" >"$log" 2>&1 || code=$?
    count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    if [ "$code" -eq 0 ]; then
        printf 'ok    %-20s %9d executions, 0 crashes\n' "$name" "$count"
        return
    fi
    printf 'FAIL  %-20s %9d executions, 1 crash\n' "$name" "${count:-0}"
    report_crash "$target" "$name" "$log"
    failed=$((failed + 1))
}

avoid_wide_randomisation
mkdir -p "$FOLDER"
scripts/setup.sh build test check
unset OUT PROGRAM
export CC=clang SANITIZE=fuzzer-no-link,address,undefined
build_targets
seconds=$((${FUZZ_SECONDS:-60} / ${#targets[@]}))
[ "$seconds" -gt 0 ] || seconds=1
for target in "${targets[@]}"; do
    run_target "$target"
done
[ "$failed" -eq 0 ] || fail "$failed of ${#targets[@]} targets crashed"
