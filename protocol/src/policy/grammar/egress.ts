/** Names that may be asked for: they are in every resolver's log already, so asking tells nothing. */
export const WELL_KNOWN_NAMES: readonly string[] = [
  'localhost|localhost\\.localdomain|ip6-localhost|ip6-loopback',
  'kubernetes(?:\\.default(?:\\.svc(?:\\.cluster\\.local)?)?)?|kube-dns\\.kube-system(?:\\.svc(?:\\.cluster\\.local)?)?',
  '[a-z0-9-]{1,40}(?:\\.[a-z0-9-]{1,40}){1,2}\\.svc\\.cluster\\.local',
  'example\\.(?:com|org|net)|www\\.example\\.(?:com|org|net)',
  '(?:deb|security|ftp|snapshot|www)\\.debian\\.org|debian\\.org|(?:archive|security|ports|ntp|esm)\\.ubuntu\\.com|(?:www\\.)?ubuntu\\.com',
  'mirrors\\.fedoraproject\\.org|mirrorlist\\.centos\\.org|mirrors\\.rockylinux\\.org|mirrors\\.almalinux\\.org|cdn\\.redhat\\.com|download\\.opensuse\\.org|dl-cdn\\.alpinelinux\\.org|geo\\.mirror\\.pkgbuild\\.com|(?:download|enterprise)\\.proxmox\\.com',
  'registry\\.k8s\\.io|pkgs\\.k8s\\.io|(?:registry-1|auth|index|hub)\\.docker\\.(?:io|com)|download\\.docker\\.com|quay\\.io|ghcr\\.io|gcr\\.io|registry\\.npmjs\\.org|pypi\\.org',
  '(?:www\\.)?(?:google|github|cloudflare|microsoft|amazon|kernel)\\.(?:com|org)|dns\\.google|one\\.one\\.one\\.one|dns\\.quad9\\.net|\\d\\.(?:debian\\.|ubuntu\\.)?pool\\.ntp\\.org|pool\\.ntp\\.org|time\\.cloudflare\\.com|(?:a|f|k|l|m)\\.root-servers\\.net|\\.',
];

/** Addresses that may be contacted: loopback, private, link-local, unique local, and well-known resolvers. */
export const REACHABLE_ADDRESSES: readonly string[] = [
  '127(?:\\.\\d{1,3}){3}|10(?:\\.\\d{1,3}){3}|192\\.168(?:\\.\\d{1,3}){2}|172\\.(?:1[6-9]|2\\d|3[01])(?:\\.\\d{1,3}){2}|169\\.254(?:\\.\\d{1,3}){2}|100\\.(?:6[4-9]|[7-9]\\d|1[01]\\d|12[0-7])(?:\\.\\d{1,3}){2}',
  '::1|f[cd][0-9a-f]{2}:[0-9a-f:]{1,35}|fe80:[0-9a-f:]{1,35}(?:%[A-Za-z0-9.]{1,15})?',
  '1\\.1\\.1\\.1|1\\.0\\.0\\.1|8\\.8\\.8\\.8|8\\.8\\.4\\.4|9\\.9\\.9\\.9|149\\.112\\.112\\.112|208\\.67\\.222\\.222|2606:4700:4700::1111|2001:4860:4860::8888|2620:fe::fe',
];
