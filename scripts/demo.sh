#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two users ask for the one GPU: the first starts, the second waits, the first lets go, the second starts.
set -euo pipefail

repository=$(cd "$(dirname "$0")/.." && pwd)
readonly repository
readonly directory="$repository/build/demo"
readonly control_plane="$directory/control-plane"
readonly examples="$repository/manifests/examples"
readonly NAMESPACE=private-ai
readonly STORY_SECONDS=20

usage() {
    cat <<'USAGE'
usage: scripts/demo.sh [--keep | --stop]

Builds what is missing, starts a Kubernetes control plane with two GPU nodes that are not real, runs gpuaas beside it,
and lets two users ask for the same GPU. Exit status 1 if anything happens otherwise than it should.

  --keep  leave everything running at the end, and say how to look around
  --stop  end what --keep left running
USAGE
}

# shellcheck disable=SC1091 # checked on its own
. "$repository/scripts/control-plane/processes.sh"
# shellcheck disable=SC1091 # checked on its own
. "$repository/scripts/demo/terminal.sh"
# shellcheck disable=SC1091 # checked on its own
. "$repository/scripts/demo/installation.sh"

# Who reads this wants to know what was last said, not only what was waited for.
fail() {
    printf '\ndemo: %s\n' "$1" >&2
    if [ -s "$directory/logs/gpuaas.log" ]; then
        process_show_log gpuaas
    fi
    exit 1
}

kubectl_as() {
    local user=$1
    shift
    "$control_plane/programs/bin/kubectl" --kubeconfig "$control_plane/kubeconfigs/$user.kubeconfig" "$@"
}

# What a user types, and what he sees.
run_as() {
    local user=$1
    shift
    print_command "$user" kubectl "$@"
    kubectl_as "$user" "$@" 2>&1 | print_output || fail "that was refused"
}

# The path of a file as one would type it.
relative() {
    printf '%s' "${1#"$repository/"}"
}

# is_admitted WORKBENCH STATUS: what its Workload says, "True" or "False".
is_admitted() {
    [ "$(kubectl_as alice get workloads -n "$NAMESPACE" -l "kueue.x-k8s.io/job-name=$1" \
        -o 'jsonpath={.items[*].status.conditions[?(@.type=="Admitted")].status}' 2>/dev/null)" = "$2" ]
}

show_workloads() {
    run_as alice get workloads -n "$NAMESPACE"
}

pod_runs_on() {
    [ "$(kubectl_as alice get pod "$1" -n "$NAMESPACE" -o 'jsonpath={.status.phase}/{.spec.nodeName}' 2>/dev/null)" = \
        "Running/$2" ]
}

pod_is_gated() {
    [ "$(kubectl_as alice get pod "$1" -n "$NAMESPACE" -o 'jsonpath={.spec.schedulingGates[*].name}' 2>/dev/null)" = \
        kueue.x-k8s.io/admission ]
}

show_pods() {
    run_as "$1" get pods -n "$NAMESPACE"
}

has_event() {
    [ -n "$(kubectl_as bob get events -n "$NAMESPACE" --field-selector reason=Queued -o name)" ]
}

first_starts() {
    print_step "alice creates a workbench with one GPU"
    run_as alice create -f "$(relative "$examples/workbenches/jupyter-abc.yaml")"
    wait_until "$STORY_SECONDS" "the first workbench to be admitted" is_admitted jupyter-abc True
    show_workloads
    wait_until "$STORY_SECONDS" "the first workbench to run on the node with one GPU" pod_runs_on jupyter-abc-0 gpu-1
}

second_waits() {
    local output
    print_step "bob creates another one, and is told that it waits, why, and at which position"
    print_command bob kubectl create -f "$(relative "$examples/workbenches/jupyter-xyz.yaml")"
    output=$(kubectl_as bob create -f "$examples/workbenches/jupyter-xyz.yaml" 2>&1) || fail "that was refused: $output"
    print_output <<<"$output"
    grep -q '^Warning: queued in private-ai-queue at position 1: ' <<<"$output" ||
        fail "the answer has no warning with a position"
    wait_until "$STORY_SECONDS" "the second workbench to wait" is_admitted jupyter-xyz False
    show_workloads
    wait_until "$STORY_SECONDS" "the pod of the second workbench to be gated" pod_is_gated jupyter-xyz-0
    show_pods bob
    wait_until "$STORY_SECONDS" "the event that says why" has_event
    run_as bob get events -n "$NAMESPACE" --field-selector reason=Queued -o 'jsonpath={..message}'
}

first_lets_go() {
    print_step "alice stops hers, as the dashboard does; nobody touches bob's"
    run_as alice annotate notebook jupyter-abc -n "$NAMESPACE" "kubeflow-resource-stopped=$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    wait_until "$STORY_SECONDS" "the second workbench to be admitted" is_admitted jupyter-xyz True
    wait_until "$STORY_SECONDS" "the Workload of the first to be gone" is_admitted jupyter-abc ""
    show_workloads
    wait_until "$STORY_SECONDS" "the second workbench to run on the node with one GPU" pod_runs_on jupyter-xyz-0 gpu-1
    show_pods bob
}

behind_the_scenes() {
    print_step "what happened behind the scenes"
    print_note "The decisions, from gpuaas' log ($(relative "$directory/logs/gpuaas.log")):"
    explain decisions "$directory/logs/gpuaas.log" | print_output
    print_note "The patch that made bob's pod wait, asked for once more as a dry run:"
    kubectl_as admin get statefulset jupyter-xyz -n "$NAMESPACE" -o json |
        explain suspension "127.0.0.1:$webhook_port" "$directory/webhook-ca.crt" | print_output
    print_note "The patch that started it, when the GPU was free:"
    explain start "$directory/logs/gpuaas.log" jupyter-xyz-0 | print_output
}

explain() {
    python3 "$repository/scripts/demo/explain.py" "$@" || fail "the log does not tell it"
}

look_around() {
    print_step "everything still runs: look around"
    print_output <<TEXT
eval "\$(scripts/control-plane.sh env --dir $(relative "$control_plane"))"
kubectl get workloads -n $NAMESPACE --watch
kubectl get clusterqueue,localqueue -A
tail -f $(relative "$directory/logs/gpuaas.log")
curl http://127.0.0.1:$health_port/metrics
scripts/demo.sh --stop
TEXT
}

stop_everything() {
    stop_gpuaas
    "$repository/scripts/control-plane.sh" stop --dir "$control_plane"
}

clean_up() {
    local status=$?
    trap - EXIT
    if [ "$keep" = no ] || [ "$status" -ne 0 ]; then
        print_progress "stopping gpuaas, which drains, and the control plane"
        stop_everything
    fi
    exit "$status"
}

tell_story() {
    first_starts
    second_waits
    first_lets_go
    behind_the_scenes
}

parse_arguments() {
    keep=no stop=no webhook_port='' health_port=''
    while [ $# -gt 0 ]; do
        case $1 in
        --keep) keep=yes ;;
        --stop) stop=yes ;;
        -h | --help)
            usage
            exit
            ;;
        *)
            usage >&2
            exit 2
            ;;
        esac
        shift
    done
}

parse_arguments "$@"
cd "$repository"
mkdir -p "$directory"/{logs,run}
if [ "$stop" = yes ]; then
    stop_everything
    exit
fi
began=$SECONDS
trap clean_up EXIT
build_all
stop_everything
start_all
tell_story
[ "$keep" = no ] || look_around
printf '\n%s\n' "The story happened as it should, in $((SECONDS - began)) s."
