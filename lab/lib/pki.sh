# shellcheck shell=sh
# Certificates and kubeconfigs, made once per cluster state.

pki_days=3650

pki_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

# pki_certificate NAME SUBJECT [ALTERNATIVE-NAMES]
pki_certificate() {
    pki_key "$1.key"
    openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
    {
        echo basicConstraints=CA:FALSE
        echo keyUsage=digitalSignature
        echo extendedKeyUsage=serverAuth,clientAuth
        [ $# -lt 3 ] || echo "subjectAltName=$3"
    } >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$pki_days" -extfile "$1.ext" \
        -out "$1.crt" 2>openssl.log || die "openssl: $(cat openssl.log)"
    rm -f "$1.csr" "$1.ext"
}

# pki_kubeconfig NAME: NAME.conf, with the certificate of that name inside.
pki_kubeconfig() {
    cat >"$1.conf" <<E
apiVersion: v1
kind: Config
clusters:
- name: $LAB_NAME
  cluster: {server: "$LAB_API", certificate-authority-data: $(base64 -w0 ca.crt)}
users:
- name: $1
  user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}
contexts:
- name: $LAB_NAME
  context: {cluster: $LAB_NAME, user: $1}
current-context: $LAB_NAME
E
}

pki_make() {
    [ ! -e "$LAB_STATE/pki/complete" ] || return 0
    (
        umask 077
        rm -rf "$LAB_STATE/pki"
        mkdir -p "$LAB_STATE/pki"
        cd "$LAB_STATE/pki" || exit
        pki_key ca.key
        openssl req -x509 -new -key ca.key -subj "/CN=podmigration-$LAB_NAME" -days "$pki_days" -out ca.crt
        pki_certificate apiserver /CN=kube-apiserver "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,DNS:localhost,IP:127.0.0.1,IP:$LAB_CONTROL_ADDRESS,IP:10.96.0.1"
        pki_certificate kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client
        pki_key service-account.key
        openssl ec -in service-account.key -pubout -out service-account.pub 2>openssl.log
        for pki_node in $LAB_NODES; do
            pki_certificate "$pki_node" "/O=system:nodes/CN=system:node:$pki_node" "DNS:$pki_node,IP:$(machine_address "$pki_node")"
        done
        pki_certificate admin /O=system:masters/CN=admin
        pki_certificate controller-manager /CN=system:kube-controller-manager
        pki_certificate scheduler /CN=system:kube-scheduler
        pki_certificate kube-proxy /CN=system:kube-proxy
        for pki_user in $LAB_NODES admin controller-manager scheduler kube-proxy; do pki_kubeconfig "$pki_user"; done
        rm -f openssl.log
        : >complete
    )
}
