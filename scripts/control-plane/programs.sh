# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The programs of the control plane: built from the go.mod folders of tests/control-plane, once for each
# combination of sources, compiler and flags. Sourced by ../control-plane.sh; needs $repository and fail().
# shellcheck disable=SC2154

readonly PROGRAMS_CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/gpuaas"
readonly PROGRAMS_GO_MINIMUM=1.26
readonly PROGRAMS_KUBERNETES_VERSION=v1.36.3
readonly PROGRAMS_LDFLAGS="-s -w \
-X k8s.io/component-base/version.gitVersion=$PROGRAMS_KUBERNETES_VERSION \
-X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36"

# name, folder of its go.mod, package
readonly PROGRAMS_TABLE="\
etcd kubernetes go.etcd.io/etcd/server/v3
kube-apiserver kubernetes k8s.io/kubernetes/cmd/kube-apiserver
kube-controller-manager kubernetes k8s.io/kubernetes/cmd/kube-controller-manager
kube-scheduler kubernetes k8s.io/kubernetes/cmd/kube-scheduler
kubectl kubernetes k8s.io/kubernetes/cmd/kubectl
kwok kwok sigs.k8s.io/kwok/cmd/kwok"

# Stages of kwok's own fast set. Pods end when told (kwok/complete-stage.yaml), so its pod-complete is left out.
readonly PROGRAMS_STAGES="\
node/fast/node-initialize.yaml
node/heartbeat/node-heartbeat.yaml
pod/fast/pod-ready.yaml
pod/fast/pod-delete.yaml"

programs_sources() {
    printf '%s\n' "$repository/tests/control-plane"
}

# Prints the path of a Go that is new enough: the one in PATH, else the one that setup.sh installed.
programs_find_go() {
    local candidate version
    for candidate in "$(command -v go || true)" "$PROGRAMS_CACHE/go/bin/go"; do
        [ -x "$candidate" ] || continue
        version=$(GOTOOLCHAIN=local "$candidate" env GOVERSION)
        if printf '%s\n%s\n' "$PROGRAMS_GO_MINIMUM" "${version#go}" | sort -V -C; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    fail "Go $PROGRAMS_GO_MINIMUM or newer is missing: run 'scripts/setup.sh control-plane'"
}

programs_environment() {
    env CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off GOFLAGS='-mod=readonly -buildvcs=false' "$@"
}

programs_hash() {
    local go=$1
    {
        "$go" version
        printf '%s\n' "$PROGRAMS_LDFLAGS" "$PROGRAMS_TABLE" "$PROGRAMS_STAGES"
        cat "$(programs_sources)"/{kubernetes,kwok}/go.{mod,sum}
    } | sha256sum | cut -c1-16
}

programs_build_one() {
    local go=$1 destination=$2 name=$3 folder=$4 package=$5 log began=$SECONDS
    log="$destination/$name.log"
    printf '  building %-24s ' "$name" >&2
    if ! (cd "$(programs_sources)/$folder" && programs_environment "$go" build -trimpath \
        -ldflags "$PROGRAMS_LDFLAGS" -o "$destination/bin/$name" "$package") </dev/null >"$log" 2>&1; then
        printf 'failed\n' >&2
        tail -n 20 "$log" >&2
        fail "building '$name' failed"
    fi
    rm "$log"
    printf '%3d s\n' $((SECONDS - began)) >&2
}

programs_copy_stages() {
    local go=$1 destination=$2 module stage
    module=$(cd "$(programs_sources)/kwok" && programs_environment "$go" list -m -f '{{.Dir}}' sigs.k8s.io/kwok)
    for stage in $PROGRAMS_STAGES; do
        install -D -m 0644 "$module/kustomize/stage/$stage" "$destination/stages/$(basename "$stage")"
    done
}

# Builds what is missing and prints the folder that holds bin/ and stages/. Concurrent calls wait for the first.
programs_build() {
    local go hash folder unfinished name module package
    go=$(programs_find_go)
    hash=$(programs_hash "$go")
    folder="$PROGRAMS_CACHE/control-plane/$hash"
    if [ ! -d "$folder" ]; then
        mkdir -p "$PROGRAMS_CACHE/control-plane"
        exec 8>"$PROGRAMS_CACHE/control-plane/lock"
        flock 8
    fi
    if [ ! -d "$folder" ]; then
        printf 'building the control plane (once, about five minutes on two cores)\n' >&2
        unfinished="$folder.unfinished"
        rm -rf "$unfinished"
        mkdir -p "$unfinished/bin"
        while read -r name module package; do
            programs_build_one "$go" "$unfinished" "$name" "$module" "$package"
        done <<<"$PROGRAMS_TABLE"
        programs_copy_stages "$go" "$unfinished"
        mv "$unfinished" "$folder"
    fi
    exec 8>&-
    printf '%s\n' "$folder"
}
