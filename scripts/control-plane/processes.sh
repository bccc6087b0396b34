# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Processes of one control plane. A program's arguments are kept in run/NAME.arguments and its pid, with the start
# time that tells it from a later process of the same number, in run/NAME.pid. Sourced by ../control-plane.sh;
# needs $directory and fail().
# shellcheck disable=SC2154

readonly PROCESSES_STOP_SECONDS=5

# Prints the start time of a live process (field 22 of its stat line), nothing if it is gone or a zombie.
process_start_time() {
    local line fields
    line=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    read -r -a fields <<<"${line##*) }"
    [ "${fields[0]}" = Z ] || printf '%s\n' "${fields[19]}"
}

# Prints the pid of a recorded program that still runs; fails if it does not.
process_pid() {
    local pid started
    read -r pid started 2>/dev/null <"$directory/run/$1.pid" || return 1
    [ "$(process_start_time "$pid")" = "$started" ] || return 1
    printf '%s\n' "$pid"
}

process_is_running() {
    process_pid "$1" >/dev/null
}

# process_define NAME PROGRAM ARGUMENT...
process_define() {
    local name=$1
    shift
    printf '%s\0' "$@" >"$directory/run/$name.arguments"
}

# Starts a defined program in a session of its own, so that it outlives this script and its terminal.
process_start() {
    local name=$1 arguments=() pid
    mapfile -d '' arguments <"$directory/run/$name.arguments"
    (
        unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
        exec 9>&-
        exec setsid "${arguments[@]}" </dev/null >>"$directory/logs/$name.log" 2>&1
    ) &
    pid=$!
    printf '%s %s\n' "$pid" "$(process_start_time "$pid")" >"$directory/run/$name.pid"
}

process_stop() {
    local name=$1 pid deadline=$((SECONDS + PROCESSES_STOP_SECONDS))
    if pid=$(process_pid "$name"); then
        kill -TERM "$pid" 2>/dev/null || true
        kill -CONT "$pid" 2>/dev/null || true
        while process_is_running "$name"; do
            [ "$SECONDS" -lt "$deadline" ] || kill -KILL "$pid" 2>/dev/null || true
            sleep 0.02
        done
    fi
    rm -f "$directory/run/$name.pid"
}

process_show_log() {
    printf -- '--- last lines of %s\n' "$directory/logs/$1.log" >&2
    tail -n 25 "$directory/logs/$1.log" >&2
}

# process_wait NAME SECONDS COMMAND...: true when the command succeeds; false when the program has ended. Past the
# deadline everything fails, with the end of the program's log.
process_wait() {
    local name=$1 seconds=$2 deadline=$((SECONDS + $2))
    shift 2
    until "$@"; do
        process_is_running "$name" || return 1
        if [ "$SECONDS" -ge "$deadline" ]; then
            process_show_log "$name"
            fail "'$name' is not ready after $seconds s"
        fi
        sleep 0.05
    done
}

port_listener_inode() {
    local hexadecimal
    hexadecimal=$(printf '%04X' "$1")
    awk -v port=":$hexadecimal" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10; exit }' /proc/net/tcp
}

# A port nobody listens on, below the range that the kernel gives to outgoing connections. Another process may
# still take it before we do: the callers try again then.
port_pick() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        if [ -z "$(port_listener_inode "$port")" ]; then
            printf '%s\n' "$port"
            return
        fi
    done
}

# True when the listener of the port is this program and not another that was faster.
port_belongs_to() {
    local name=$1 inode pid
    inode=$(port_listener_inode "$2")
    pid=$(process_pid "$name") || return 1
    [ -n "$inode" ] && find "/proc/$pid/fd" -lname "socket:\[$inode\]" 2>/dev/null | grep -q .
}
