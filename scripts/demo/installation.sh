# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Builds, starts and installs what the demo shows. Sourced by ../demo.sh; needs the variables and functions of it.
# shellcheck disable=SC2154

readonly READY_SECONDS=30
readonly DRAIN_SECONDS=20
readonly SYSTEM_NAMESPACE=gpuaas-system
readonly WEBHOOKS=zz-gpuaas

build_all() {
    print_progress "installing what is missing and building"
    "$repository/scripts/setup.sh" build control-plane
    # What was asked of an outer make must not choose another variant.
    env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u CC -u DEBUG -u FAILPOINTS -u SANITIZE -u OUT -u PROGRAM \
        make --no-print-directory -C "$repository" build/gpuaas
    "$repository/scripts/control-plane.sh" build >/dev/null
}

start_all() {
    print_progress "starting the control plane: 2 GPU nodes (1 and 4 GPUs), 1 without, users alice and bob"
    "$repository/scripts/control-plane.sh" start --dir "$control_plane"
    print_progress "installing manifests/crds, manifests/base and manifests/examples/private-ai; starting gpuaas"
    install_manifests
    start_gpuaas
    install_example
    wait_until "$READY_SECONDS" "the API server to ask the webhook" webhook_is_asked
    save_authority
}

apply_quietly() {
    kubectl_as admin apply "$@" >"$directory/logs/apply.log" 2>&1 || {
        cat "$directory/logs/apply.log" >&2
        fail "applying '${*: -1}' failed"
    }
}

# The Service is a name of this machine, so the port of the program goes into the webhook configurations.
install_manifests() {
    webhook_port=$(port_pick)
    apply_quietly -k "$repository/manifests/crds"
    kubectl_as admin wait --for=condition=Established --timeout="${READY_SECONDS}s" crd --all >/dev/null
    kubectl_as admin kustomize "$repository/tests/control-plane/overlay" |
        sed "s/port: 443\$/port: $webhook_port/" >"$directory/base.yaml"
    apply_quietly -f "$directory/base.yaml"
}

write_kubeconfig() {
    local file=$1 server token
    server=$(kubectl_as admin config view -o 'jsonpath={.clusters[0].cluster.server}')
    token=$(kubectl_as admin create token gpuaas -n "$SYSTEM_NAMESPACE" --duration 24h)
    rm -f "$file"
    (
        umask 077
        cat >"$file" <<KUBECONFIG
apiVersion: v1
kind: Config
current-context: demo
clusters:
- name: demo
  cluster: {server: "$server", certificate-authority: "$control_plane/pki/ca.crt"}
users:
- name: gpuaas
  user: {token: "$token"}
contexts:
- name: demo
  context: {cluster: demo, user: gpuaas, namespace: $SYSTEM_NAMESPACE}
KUBECONFIG
    )
}

gpuaas_is_ready() {
    curl --silent --fail --noproxy '*' --max-time 2 --output /dev/null "http://127.0.0.1:$health_port/readyz"
}

start_gpuaas() {
    write_kubeconfig "$directory/gpuaas.kubeconfig"
    health_port=$(port_pick)
    : >"$directory/logs/gpuaas.log"
    process_define gpuaas "$repository/build/gpuaas" serve --kubeconfig "$directory/gpuaas.kubeconfig" \
        --listen "127.0.0.1:$webhook_port" --health-listen "127.0.0.1:$health_port"
    process_start gpuaas
    process_wait gpuaas "$READY_SECONDS" gpuaas_is_ready || fail "'gpuaas' ended while starting"
}

# It stays for some seconds, for requests on connections that the API server keeps open.
stop_gpuaas() {
    local pid deadline=$((SECONDS + DRAIN_SECONDS))
    if pid=$(process_pid gpuaas); then
        kill -TERM "$pid"
        while process_is_running gpuaas && [ "$SECONDS" -lt "$deadline" ]; do
            sleep "$POLL_SECONDS"
        done
    fi
    process_stop gpuaas
}

# The project of the example, where alice and bob may do what data scientists may.
install_example() {
    apply_quietly -k "$examples/private-ai"
    kubectl_as admin create rolebinding data-scientists -n "$NAMESPACE" --clusterrole edit --user alice --user bob \
        >/dev/null
    wait_until "$READY_SECONDS" "the namespace to be usable" namespace_is_usable
}

namespace_is_usable() {
    kubectl_as admin get serviceaccount default -n "$NAMESPACE" >/dev/null 2>&1 &&
        kubectl_as alice auth can-i create notebooks.kubeflow.org -n "$NAMESPACE" --quiet &&
        kubectl_as bob auth can-i list workloads.kueue.x-k8s.io -n "$NAMESPACE" --quiet
}

# Its view of a changed configuration, and ours of a new queue, are a moment late.
webhook_is_asked() {
    [ "$(kubectl_as admin create --dry-run=server -f "$examples/workbenches/jupyter-abc.yaml" \
        -o 'jsonpath={.metadata.labels.kueue\.x-k8s\.io/queue-name}' 2>/dev/null)" = private-ai-queue ]
}

save_authority() {
    kubectl_as admin get mutatingwebhookconfiguration "$WEBHOOKS" \
        -o 'jsonpath={.webhooks[0].clientConfig.caBundle}' | base64 -d >"$directory/webhook-ca.crt"
}
