/**
 * Folders whose very names of entries are private: not read, not listed, not searched.
 * Regular expressions over the lower-case path, anchored at its start.
 */
export const SECRET_FOLDERS: readonly string[] = [
  '/(?:.*/)?\\.(?:ssh|gnupg|aws|azure|kube|docker|password-store|config/gcloud|config/gh|vault|oci|minikube|terraform\\.d|helm|step)',
  '/(?:.*/)?(?:private|secrets?|credentials?(?:\\.d)?|keyrings)',
  '/etc/kubernetes/pki',
  '/etc/pki/(?:.*/)?private',
  '/etc/(?:nanny[^/]*|wireguard|openvpn|sudoers\\.d|ppp|rancher|ceph|credstore[^/]*|vault[^/]*|ipsec\\.d)',
  '/etc/networkmanager/system-connections',
  '/etc/letsencrypt/(?:archive|live|accounts|keys)',
  '/etc/pve/(?:priv|nodes/[^/]+/priv)',
  '/run/(?:credentials|cloud-init|user|nanny[^/]*|networkmanager/system-connections)',
  '/var/lib/(?:nanny[^/]*|cloud|etcd|rancher|vault|samba/private|sss/secrets|networkmanager|docker/(?:volumes|swarm))',
  '/var/log/(?:sudo-io|installer|anaconda|ttyrec|cloud-init)',
  '/var/lib/kubelet/(?:pki|plugins)',
  // Of pods only the volumes that programs fill show who fills them: what the kubelet brings from the API stays closed.
  '/var/lib/kubelet/pods(?!/[0-9a-f-]{32,36}/volumes/kubernetes\\.io~(?:empty-dir|csi|nfs|local-volume)/[^/]+)',
  '/(?:.*/)?pods/[0-9a-f-]{32,36}/(?:volume-subpaths|volumes/kubernetes\\.io~(?:secret|projected|configmap|downward-api))',
];

/** Files whose contents are private wherever they lie; over the lower-case last component of the path. */
export const SECRET_FILE_NAMES: readonly string[] = [
  'g?shadow.*',
  'o?passwd-.*|opasswd|.+passwd.*|htpasswd.*|\\.htpasswd',
  'sudoers.*',
  '.*password.*|.*passphrase.*|.*secret.*|.*credential.*|.*token.*|.*apikey.*|.*api[_-]key.*',
  '.*\\.(?:keys?|p12|pfx|jks|keystore|kdbx?|ppk|keytab|keyring|ovpn|psk|gpg|pgp|tfstate|tfvars|kubeconfig|env|age)',
  '.*(?:private|privkey|priv[_-]key|-key|_key).*\\.pem',
  'id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?(?:\\..*)?',
  'ssh_host_.*_key',
  '\\.env(?:\\..*)?',
  '\\.(?:pgpass|my\\.cnf|netrc|git-credentials|npmrc|pypirc|s3cfg|boto|dockercfg|vault-token|mylogin\\.cnf|fetchmailrc|msmtprc|rhosts|smbcredentials)',
  '\\..*(?:history|_hist)|\\.lesshst|\\.viminfo',
  'kubeconfig.*|k3s\\.yaml|rke2\\.yaml|(?:admin|super-admin|kubelet|controller-manager|scheduler|bootstrap-kubelet)\\.conf',
  'wg\\d*\\.conf|wpa_supplicant.*\\.conf|hostapd.*\\.conf|debian\\.cnf|authkey|sssd\\.conf|nslcd\\.conf|auth\\.conf',
  'btmp.*|.*ks\\.cfg|preseed.*|questions\\.dat|templates\\.dat|autoinstall.*|passwords\\.dat',
  '(?:chap|pap|ipsec)[-.]secrets|user-data.*|cloud-config\\.txt|cloud-init-output\\.log|.*\\.rdb|.*\\.sqlite3?|.*\\.db',
];

/** What a search pattern must not look for; anywhere in the lower-case text. */
export const SECRET_SEARCHES: readonly string[] = [
  'private.{0,8}key',
  'begin.{0,12}(?:private|rsa|openssh|ec |dsa|pgp|encrypted)',
  'akia',
  'api.?key',
  'access.?key',
  'secret',
  'bearer',
  'pass(?:word|wd|phrase)?.{0,6}[=:]',
  'token.{0,4}[=:]',
  'ghp_|xox[bp]|eyj[a-z0-9]{4}',
];

/** What a file-name pattern must not look for; anywhere in the lower-case text. */
export const SECRET_NAME_SEARCHES: readonly string[] = [
  'id_(?:rsa|dsa|ecdsa|ed|[*?[])',
  '\\.p[?*[]+|\\.k[?*[]+',
  '\\.(?:pem|key|p12|pfx|jks|kdbx|ppk|keytab|env|ovpn)',
  '\\.(?:ssh|aws|kube|gnupg|netrc|pgpass|my\\.cnf|git-cred|docker)',
  'shadow|credential|passw|secret|token|kubeconfig|authorized_keys|wallet|_history|htpasswd|private',
];
