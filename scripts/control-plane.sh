#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A real Kubernetes control plane for development and tests, on loopback and below one directory.
set -euo pipefail

repository=$(cd "$(dirname "$0")/.." && pwd)
readonly repository
readonly manifests="$repository/tests/control-plane"
readonly PROGRAMS_IN_ORDER=(etcd kube-apiserver kube-controller-manager kube-scheduler kwok notebook-controller)
readonly PORT_ATTEMPTS=5
readonly READY_SECONDS=60

usage() {
    cat <<'USAGE'
usage: scripts/control-plane.sh COMMAND [--dir DIR] [--fsync] [--notebooks odh|kubeflow|none] [PROGRAM]

  build            build the programs, if that was not done before; print the folder that holds them
  start            start everything afresh and wait until the nodes are ready; nothing if it runs already
  start PROGRAM    start one stopped program again, with its old arguments and data
  stop [PROGRAM]   stop everything, or one program
  status           list the programs and their pids; exit 3 unless all of them run
  env              print shell commands that set KUBECONFIG and PATH: eval "$(scripts/control-plane.sh env)"

  --dir DIR        where data, certificates, logs and kubeconfigs go (default: build/control-plane)
  --fsync          let etcd flush its writes to disk, for crash tests
  --notebooks KIND whose notebook controller is imitated: Open Data Hub's (default), Kubeflow's, or nobody's

PROGRAM is etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok or notebook-controller.
USAGE
}

fail() {
    printf 'control-plane: %s\n' "$1" >&2
    exit 1
}

# shellcheck disable=SC1091 # checked on its own
. "$repository/scripts/control-plane/programs.sh"
# shellcheck disable=SC1091 # checked on its own
. "$repository/scripts/control-plane/certificates.sh"
# shellcheck disable=SC1091 # checked on its own
. "$repository/scripts/control-plane/processes.sh"

request() {
    curl --silent --fail --noproxy '*' --max-time 5 --output /dev/null "$@"
}

kubectl_admin() {
    "$directory/programs/bin/kubectl" --kubeconfig "$directory/kubeconfigs/admin.kubeconfig" "$@"
}

etcd_is_ready() {
    port_belongs_to etcd "$1" && request "http://127.0.0.1:$1/health"
}

apiserver_is_ready() {
    port_belongs_to kube-apiserver "$1" && request --cacert "$directory/pki/ca.crt" \
        --cert "$directory/pki/admin.crt" --key "$directory/pki/admin.key" "https://127.0.0.1:$1/readyz"
}

define_etcd() {
    local port=$1 sync=()
    [ "$fsync" = yes ] || sync=(--unsafe-no-fsync)
    process_define etcd "$directory/programs/bin/etcd" --data-dir "$directory/etcd" "${sync[@]}" \
        --listen-client-urls "http://127.0.0.1:$port" --advertise-client-urls "http://127.0.0.1:$port" \
        --listen-peer-urls http://127.0.0.1:0 --log-level warn
}

define_apiserver() {
    local port=$1 pki="$directory/pki"
    process_define kube-apiserver "$directory/programs/bin/kube-apiserver" \
        --etcd-servers "http://127.0.0.1:$etcd_port" \
        --bind-address 127.0.0.1 --secure-port "$port" --advertise-address 127.0.0.1 --endpoint-reconciler-type none \
        --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
        --client-ca-file "$pki/ca.crt" --anonymous-auth=false --authorization-mode Node,RBAC \
        --service-account-issuer https://kubernetes.default.svc \
        --service-account-key-file "$pki/service-account.pub" \
        --service-account-signing-key-file "$pki/service-account.key" \
        --service-cluster-ip-range 10.0.0.0/24 \
        --enable-admission-plugins NodeRestriction,OwnerReferencesPermissionEnforcement \
        --requestheader-client-ca-file "$pki/ca.crt" --requestheader-allowed-names front-proxy \
        --requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group \
        --requestheader-extra-headers-prefix X-Remote-Extra- \
        --proxy-client-cert-file "$pki/front-proxy.crt" --proxy-client-key-file "$pki/front-proxy.key" \
        --audit-policy-file "$manifests/audit-policy.yaml" --audit-log-path "$directory/logs/audit.log" \
        --audit-log-maxsize 4096
}

define_controllers() {
    local bin="$directory/programs/bin" configs="$directory/kubeconfigs" stages=() stage
    process_define kube-controller-manager "$bin/kube-controller-manager" \
        --kubeconfig "$configs/kube-controller-manager.kubeconfig" --use-service-account-credentials \
        --service-account-private-key-file "$directory/pki/service-account.key" \
        --root-ca-file "$directory/pki/ca.crt" --leader-elect=false --secure-port 0 \
        --controllers '*,-node-ipam-controller,-cloud-node-lifecycle-controller,-service-lb-controller' \
        --kube-api-qps 2000 --kube-api-burst 4000
    process_define kube-scheduler "$bin/kube-scheduler" --kubeconfig "$configs/kube-scheduler.kubeconfig" \
        --leader-elect=false --secure-port 0 --kube-api-qps 2000 --kube-api-burst 4000
    for stage in "$directory"/programs/stages/*.yaml "$manifests/kwok/complete-stage.yaml"; do
        stages+=(-c "$stage")
    done
    process_define kwok env "KWOK_WORKDIR=$directory/kwok" "$bin/kwok" --kubeconfig "$configs/kwok.kubeconfig" \
        --manage-all-nodes --node-lease-duration-seconds 0 "${stages[@]}"
}

define_notebook_controller() {
    local mode=()
    [ "$notebooks" = kubeflow ] || mode=(--odh)
    process_define notebook-controller /usr/bin/python3 "$manifests/notebook_controller.py" \
        --kubeconfig "$directory/kubeconfigs/notebook-controller.kubeconfig" "${mode[@]}"
}

# start_on_free_port NAME DEFINE READY: sets $port; a port lost to another process is replaced by a new one.
start_on_free_port() {
    local name=$1 define=$2 is_ready=$3 attempt
    for ((attempt = 0; attempt < PORT_ATTEMPTS; attempt++)); do
        port=$(port_pick)
        "$define" "$port"
        : >"$directory/logs/$name.log"
        process_start "$name"
        process_wait "$name" "$READY_SECONDS" "$is_ready" "$port" && return
        grep -q 'address already in use' "$directory/logs/$name.log" || break
    done
    process_show_log "$name"
    fail "'$name' ended while starting"
}

nodes_are_ready() {
    local states
    states=$(kubectl_admin get nodes \
        -o 'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' 2>/dev/null)
    [ -n "$states" ] && ! grep -qv '^True$' <<<"$states"
}

# Discovery must know the kinds of the manifests, and every namespace its service account, before tests begin.
cluster_is_usable() {
    nodes_are_ready && kubectl_admin get notebooks.kubeflow.org >/dev/null 2>&1 &&
        kubectl_admin -n default get serviceaccount default >/dev/null 2>&1
}

start_all() {
    local programs port began=$SECONDS
    if all_are_running; then
        printf 'control plane: runs already, in %s\n' "$directory" >&2
        return
    fi
    programs=$(programs_build)
    stop_all
    rm -rf "$directory"/{etcd,kwok,logs,pki,kubeconfigs,run}
    mkdir -p "$directory"/{logs,run}
    ln -sfn "$programs" "$directory/programs"
    certificates_create_all
    start_on_free_port etcd define_etcd etcd_is_ready
    etcd_port=$port
    start_on_free_port kube-apiserver define_apiserver apiserver_is_ready
    certificates_write_kubeconfigs "$port"
    define_controllers
    process_start kube-controller-manager
    process_start kube-scheduler
    kubectl_admin create -f "$manifests/manifests" >"$directory/logs/manifests.log" 2>&1 || {
        process_show_log manifests
        fail "creating the objects of '$manifests/manifests' failed"
    }
    process_start kwok
    process_wait kwok "$READY_SECONDS" cluster_is_usable || {
        process_show_log kwok
        fail "'kwok' ended while starting"
    }
    if [ "$notebooks" != none ]; then
        define_notebook_controller
        process_start notebook-controller
    fi
    all_are_running || fail "not everything runs: $(list_stopped)"
    printf 'control plane: ready after %d s, in %s\n' $((SECONDS - began)) "$directory" >&2
}

start_one() {
    [ -f "$directory/run/$1.arguments" ] || fail "there is no control plane in '$directory': start it as a whole first"
    process_is_running "$1" || process_start "$1"
}

stop_all() {
    local index
    for ((index = ${#PROGRAMS_IN_ORDER[@]} - 1; index >= 0; index--)); do
        process_stop "${PROGRAMS_IN_ORDER[index]}"
    done
}

# A control plane without a notebook controller is complete once the others were defined.
is_wanted() {
    [ "$1" != notebook-controller ] || [ -f "$directory/run/$1.arguments" ] || [ ! -f "$directory/run/kwok.arguments" ]
}

list_stopped() {
    local program
    for program in "${PROGRAMS_IN_ORDER[@]}"; do
        is_wanted "$program" || continue
        process_is_running "$program" || printf '%s ' "$program"
    done
}

all_are_running() {
    [ -z "$(list_stopped)" ]
}

show_status() {
    local program pid
    for program in "${PROGRAMS_IN_ORDER[@]}"; do
        is_wanted "$program" || continue
        pid=$(process_pid "$program") || pid=stopped
        printf '%-24s %s\n' "$program" "$pid"
    done
    all_are_running || exit 3
}

show_environment() {
    [ -f "$directory/kubeconfigs/admin.kubeconfig" ] || fail "there is no control plane in '$directory'"
    printf 'export KUBECONFIG=%q\n' "$directory/kubeconfigs/admin.kubeconfig"
    # shellcheck disable=SC2016 # the caller's shell expands it
    printf 'export PATH=%q:"$PATH"\n' "$directory/programs/bin"
}

parse_arguments() {
    command='' program='' directory="$repository/build/control-plane" fsync=no notebooks=odh
    while [ $# -gt 0 ]; do
        case $1 in
        --dir)
            [ $# -gt 1 ] || fail "'--dir' needs a directory"
            directory=$2
            shift
            ;;
        --fsync) fsync=yes ;;
        --notebooks)
            [ $# -gt 1 ] || fail "'--notebooks' needs odh, kubeflow or none"
            notebooks=$2
            shift
            case $notebooks in
            odh | kubeflow | none) ;;
            *) fail "'--notebooks' is odh, kubeflow or none, not '$notebooks'" ;;
            esac
            ;;
        -h | --help)
            usage
            exit
            ;;
        build | start | stop | status | env) command=$1 ;;
        *)
            case " ${PROGRAMS_IN_ORDER[*]} " in
            *" $1 "*) program=$1 ;;
            *) fail "unknown argument '$1' (see --help)" ;;
            esac
            ;;
        esac
        shift
    done
    [ -n "$command" ] || fail "a command is missing (see --help)"
}

# Two calls for one directory take turns.
lock_directory() {
    mkdir -p "$directory"
    directory=$(cd "$directory" && pwd)
    exec 9>"$directory/lock"
    flock 9
}

parse_arguments "$@"
[ "$command" = build ] || lock_directory
case $command in
build) programs_build ;;
start) if [ -n "$program" ]; then start_one "$program"; else start_all; fi ;;
stop) if [ -n "$program" ]; then process_stop "$program"; else stop_all; fi ;;
status) show_status ;;
env) show_environment ;;
esac
