# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# How the demo looks, on a terminal of 100 columns, and how it waits. Sourced by ../demo.sh; needs fail().

readonly COMMAND_COLUMNS=84
readonly OUTPUT_COLUMNS=94
readonly POLL_SECONDS=0.1

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' yellow=$'\e[33m' blue=$'\e[36m' plain=$'\e[0m'
else
    bold='' dim='' green='' yellow='' blue='' plain=''
fi
steps_printed=0

print_step() {
    steps_printed=$((steps_printed + 1))
    printf '\n%s%d  %s%s\n' "$bold" "$steps_printed" "$1" "$plain"
}

print_note() {
    printf '\n   %s\n' "$1"
}

# print_command USER WORD...
print_command() {
    local user=$1
    shift
    printf '\n   %s%s $%s ' "$blue" "$user" "$plain"
    fold -s -w "$COMMAND_COLUMNS" <<<"$*" | sed -e '$!s/ *$/ \\/' -e '2,$s/^/         /'
}

# Indents what comes in, and wraps what is too long.
print_output() {
    fold -s -w "$OUTPUT_COLUMNS" | awk -v green="$green" -v yellow="$yellow" -v plain="$plain" '{
        sub(/^Warning:/, yellow "&" plain)
        sub(/ True /, green "&" plain)
        sub(/ False /, yellow "&" plain)
        print "     " $0
    }'
}

# print_progress WHAT: one line for each stage of the preparation.
print_progress() {
    printf '%s%s%s\n' "$dim" "$1" "$plain"
}

# wait_until SECONDS WHAT COMMAND...
wait_until() {
    local seconds=$1 what=$2 deadline=$((SECONDS + $1))
    shift 2
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || fail "waited $seconds s for $what"
        sleep "$POLL_SECONDS"
    done
}
