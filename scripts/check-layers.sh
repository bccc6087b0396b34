#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Holds the sources to the rules of docs/architecture.md that a text search can see. Reads the layers on standard
# input, a line `module: modules it may include`, as `make layers` prints them.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly LINES_MAX=500

breaches=0

# Prints the given lines `file:line:text`, if any, under the rule that they break.
report() {
    local rule=$1 lines=$2
    [ -n "$lines" ] || return 0
    printf '%s\n' "$lines" | sed "s/^/  /; 1i $rule:"
    breaches=$((breaches + 1))
}

# forbid RULE PATTERN FILE...: no line of the files matches.
forbid() {
    local rule=$1 pattern=$2
    shift 2
    [ $# -eq 0 ] || report "$rule" "$(grep -HnE -- "$pattern" "$@" || true)"
}

# forbid_outside RULE PATTERN FOLDER: only files below the folder match.
forbid_outside() {
    report "$1" "$(grep -nE -- "$2" "${sources[@]}" | grep -v "^$3/" || true)"
}

check_includes() {
    local module uses allowed
    while IFS=: read -r module uses; do
        compgen -G "$module/*.[ch]" >/dev/null || continue
        allowed=$(tr ' ' '|' <<<"$module ${uses# }")
        report "'$module' includes what is not below it" \
            "$(grep -nE '^#include "' "$module"/*.[ch] | grep -vE "\"(${allowed%|})/[a-z0-9_]+\.h\"" || true)"
        known+=("$module")
    done
}

check_modules_are_known() {
    local folder
    while read -r folder; do
        case " ${known[*]} webhook " in
        *" $folder "*) ;;
        *) report "the Makefile does not name the layer of" "$folder" ;;
        esac
    done < <(dirname "${sources[@]}" | sort -u)
}

check_sizes() {
    local file lines
    for file in "${sources[@]}" "${tests[@]}"; do
        lines=$(wc -l <"$file")
        [ "$lines" -le "$LINES_MAX" ] || report "more than $LINES_MAX lines" "$file: $lines"
    done
}

mapfile -t sources < <(find base policy certs webhook -name '*.[ch]' | sort)
mapfile -t pure < <(find base policy certs -name '*.[ch]' ! -path 'base/log.[ch]' | sort)
mapfile -t policy < <(find policy -name '*.[ch]' | sort)
mapfile -t tests < <(find tests -name '*.[ch]' -o -name '*.py' | sort)
mapfile -t all < <(find . \( -path ./.git -o -path ./build \) -prune -o -type f ! -name 'go.*' ! -name check-layers.sh -print)
mapfile -t code < <(printf '%s\n' "${all[@]}" | grep -E '\.(c|h|py|sh)$|/Makefile$|/run$')
known=()

check_includes
check_modules_are_known
check_sizes
forbid_outside "h2o lives in webhook/http" '^#include <h2o[./]' webhook/http
forbid_outside "libcurl lives in webhook/kube" '^#include <curl/' webhook/kube
forbid_outside "libyaml lives in policy" '^#include <yaml\.h>' policy
forbid "base, policy and certs do not log" '^#include "base/log\.h"|\blog_(info|warn|warning|error|debug)\(' "${pure[@]}"
forbid "policy does not look outside" \
    '^#include ("base/clock\.h"|<pthread\.h>|<sys/socket\.h>|<time\.h>)|\b(getenv|clock_gettime|pthread_mutex_\w+)\(' \
    "${policy[@]}"
forbid "banned function" '\b(strcpy|strcat|sprintf|vsprintf|strtok|strncpy|atoi|atol|gets|alloca)\(' \
    "${sources[@]}" "${tests[@]}"
forbid "goto" '\bgoto [a-z_]+;' "${sources[@]}"
forbid "typedef for a struct" '^typedef (struct|union|enum)\b' "${sources[@]}"
report "no '#pragma once'" "$(find base policy certs webhook tests -name '*.h' -exec grep -L '^#pragma once$' {} +)"
report "no SPDX line" "$(grep -L 'SPDX-License-Identifier: Apache-2.0' "${code[@]}")"
forbid "name of a registry" '\b(docker|quay|ghcr|gcr|nvcr|registry\.k8s|registry\.redhat|mcr\.microsoft)\.(io|com)\b' "${all[@]}"
forbid "path of one machine" '(^|[^A-Za-z0-9_.])/(work|root)/[a-z]' "${all[@]}"

[ "$breaches" -eq 0 ]
