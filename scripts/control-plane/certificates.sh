# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Certificates and kubeconfigs of one control plane. Sourced by ../control-plane.sh; needs $directory and fail().
# shellcheck disable=SC2154

readonly CERTIFICATES_DAYS=30
readonly CERTIFICATES_SERVER_NAMES="DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,\
DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.0.0.1"

certificates_openssl() {
    local output
    output=$(openssl "$@" 2>&1) || fail "openssl $1 failed: $output"
}

certificates_create_authority() {
    certificates_openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc \
        -keyout "$directory/pki/ca.key" -out "$directory/pki/ca.crt" -days "$CERTIFICATES_DAYS" \
        -subj /CN=gpuaas-test-ca -addext keyUsage=critical,keyCertSign,cRLSign
}

# certificates_create NAME SUBJECT USAGE [EXTENSION]
certificates_create() {
    local name=$1 subject=$2 usage=$3 extension=${4:-}
    certificates_openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc \
        -keyout "$directory/pki/$name.key" -out "$directory/pki/$name.crt" -days "$CERTIFICATES_DAYS" \
        -CA "$directory/pki/ca.crt" -CAkey "$directory/pki/ca.key" -subj "$subject" \
        -addext basicConstraints=critical,CA:FALSE -addext keyUsage=critical,digitalSignature \
        -addext "extendedKeyUsage=$usage" ${extension:+-addext "$extension"}
}

certificates_create_service_account_key() {
    certificates_openssl genrsa -out "$directory/pki/service-account.key" 2048
    certificates_openssl rsa -in "$directory/pki/service-account.key" -pubout \
        -out "$directory/pki/service-account.pub"
}

certificates_create_all() {
    mkdir -p "$directory/pki"
    certificates_create_authority
    certificates_create apiserver /CN=kube-apiserver serverAuth "subjectAltName=$CERTIFICATES_SERVER_NAMES"
    certificates_create front-proxy /CN=front-proxy clientAuth
    certificates_create admin /O=system:masters/CN=admin clientAuth
    certificates_create kube-controller-manager /CN=system:kube-controller-manager clientAuth
    certificates_create kube-scheduler /CN=system:kube-scheduler clientAuth
    certificates_create kwok /CN=kwok clientAuth
    certificates_create notebook-controller \
        /O=system:serviceaccounts/CN=system:serviceaccount:kubeflow:notebook-controller clientAuth
    certificates_create alice /CN=alice clientAuth
    certificates_create bob /CN=bob clientAuth
    certificates_create_service_account_key
}

# Writes kubeconfigs/NAME.kubeconfig, complete in itself, for each of the clients above.
certificates_write_kubeconfigs() {
    local port=$1 name authority
    authority=$(base64 -w 0 "$directory/pki/ca.crt")
    mkdir -p "$directory/kubeconfigs"
    for name in admin kube-controller-manager kube-scheduler kwok notebook-controller alice bob; do
        cat >"$directory/kubeconfigs/$name.kubeconfig" <<KUBECONFIG
apiVersion: v1
kind: Config
current-context: $name
clusters:
- name: control-plane
  cluster:
    server: https://127.0.0.1:$port
    certificate-authority-data: $authority
contexts:
- name: $name
  context: {cluster: control-plane, user: $name}
users:
- name: $name
  user:
    client-certificate-data: $(base64 -w 0 "$directory/pki/$name.crt")
    client-key-data: $(base64 -w 0 "$directory/pki/$name.key")
KUBECONFIG
    done
}
