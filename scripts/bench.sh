#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the program, measures it on a control plane of its own and its planning alone, and writes
# build/bench.json.
set -euo pipefail

repository=$(cd "$(dirname "$0")/.." && pwd)
cd "$repository"

case ${1-} in
"") ;;
*)
    printf 'usage: scripts/bench.sh\n\nBENCH_REPETITIONS (5), BENCH_BURST (1000 pods) and BENCH_PENDING (5000 pods) may be set.\n' >&2
    exit 2
    ;;
esac

scripts/setup.sh build control-plane
make --no-print-directory all build/obj/tests/bench/plan_bench
exec tests/bench/run
