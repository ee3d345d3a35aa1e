/** Entries of /etc that describe the system without secrets of their own; anchored below `/etc/`. */
const ETC = [
  '[a-z0-9_-]*-?release|debian_version|lsb-release|hostname|hosts|hosts\\.(?:allow|deny)|host\\.conf|resolv\\.conf|nsswitch\\.conf|gai\\.conf|networks|services|protocols|ethertypes|rpc',
  'passwd|group|subuid|subgid|login\\.defs|shells|securetty|adduser\\.conf|deluser\\.conf',
  'fstab|mtab|exports|exports\\.d/.*|autofs\\.conf|auto\\.master|mke2fs\\.conf|e2scrub\\.conf|multipath\\.conf|mdadm\\.conf|mdadm/mdadm\\.conf|lvm/[\\w./-]+\\.conf|smartd\\.conf|hdparm\\.conf|idmapd\\.conf|nfs\\.conf|nfsmount\\.conf',
  'sysctl\\.conf|sysctl\\.d/.*|modprobe\\.d/.*|modules|modules-load\\.d/.*|udev/.*|ld\\.so\\.conf|ld\\.so\\.conf\\.d/.*|ld\\.so\\.preload|tmpfiles\\.d/.*|binfmt\\.d/.*|kernel/.*|initramfs-tools/.*|dracut\\.conf|dracut\\.conf\\.d/.*|crypto-policies/.*|tuned/.*|sysfs\\.conf|sysfs\\.d/.*',
  'security/(?:limits|access|pam_env|time|group|namespace|faillock|capability)\\.conf|security/limits\\.d/.*|pam\\.conf|pam\\.d/.*|selinux/(?:config|semanage\\.conf)|apparmor/.*|apparmor\\.d/.*|audit/.*|logind\\.conf',
  'systemd/.*|init\\.d/.*|inittab|rc\\.local|rc\\d\\.d/.*|default/(?:grub|grub\\.d/.*|locale|keyboard|console-setup|cron|ssh|nfs-[a-z]+|docker|kubelet|haveged|ntp|ntpsec|rsyslog|sysstat|irqbalance|useradd|networkd|networking|chrony|smartmontools|zramswap|mdadm|lxc[a-z-]*|lxd-[a-z]+|pve[a-z-]*|nginx|apache2|dbus|hwclock|tmpfs|ufw|prometheus-node-exporter|isc-dhcp-server|bind9|named|halt|rcS|devpts|nss|cpufrequtils|earlyoom|amd64-microcode|intel-microcode|crda|fail2ban|keepalived|lvm2-lvmpolld|motd-news|saned|snmpd|rng-tools[a-z-]*|zfs|corosync|qemu-kvm|libvirt[a-z-]*)|sysconfig/(?:network|network/config|network-scripts/ifcfg-[\\w.:-]+|network/ifcfg-[\\w.:-]+|selinux|kernel|sysstat|sysstat\\.ioconf|irqbalance|chronyd|sshd|docker|kubelet|clock|i18n|grub|iptables|ip6tables|ip6tables-config|iptables-config|nfs|crond|cpupower|modules|man|storage|language|console|cron|syslog|windowmanager)|conf\\.d/.*|runit/.*|s6/.*|dbus-1/.*|polkit-1/rules\\.d/.*|xinetd\\.conf|xinetd\\.d/.*|inetd\\.conf',
  'crontab|anacrontab|cron\\.(?:d|hourly|daily|weekly|monthly)/.*|cron\\.(?:allow|deny)|at\\.(?:allow|deny)|logrotate\\.conf|logrotate\\.d/.*|rsyslog\\.conf|rsyslog\\.d/.*|syslog\\.conf|syslog-ng/.*|journald\\.conf|logcheck/.*',
  'network/.*|networks|NetworkManager/(?:NetworkManager\\.conf|conf\\.d/.*|dispatcher\\.d/.*)|iproute2/.*|dhcp/.*|dhcpcd\\.conf|dnsmasq\\.conf|dnsmasq\\.d/.*|bind/named\\.conf(?:\\.[a-z-]+)?|unbound/.*|nftables\\.conf|nftables/.*|iptables/.*|ufw/.*|firewalld/.*|frr/daemons|keepalived/check.*|chrony\\.conf|chrony/(?:chrony\\.conf|conf\\.d/.*|sources\\.d/.*)|ntp\\.conf|ntpsec/ntp\\.conf|ptp4l\\.conf|resolvconf/.*|ethers|modprobe\\.conf|wgetrc|proxychains\\.conf',
  'apt/(?:sources\\.list|sources\\.list\\.d/.*|preferences|preferences\\.d/.*|apt\\.conf|apt\\.conf\\.d/.*|listchanges\\.conf|trusted\\.gpg\\.d)|dpkg/.*|yum\\.conf|yum\\.repos\\.d/.*|yum/.*|dnf/.*|rpm/.*|zypp/.*|pacman\\.conf|pacman\\.d/mirrorlist|apk/(?:repositories|world|arch)|needrestart/.*|unattended-upgrades/.*|update-manager/.*|alternatives/.*',
  'ssh/(?:sshd_config|ssh_config|moduli|sshd_config\\.d/.*|ssh_config\\.d/.*)|ssl/openssl\\.cnf|ssl/certs/.*|pki/tls/(?:cert\\.pem|openssl\\.cnf|certs/.*)|pki/ca-trust/.*|ca-certificates\\.conf|ca-certificates/.*|krb5\\.conf|krb5\\.conf\\.d/.*',
  'nginx/.*\\.(?:conf|types)|nginx/(?:sites-(?:available|enabled)|conf\\.d|modules-enabled|snippets)/.*|apache2/.*\\.conf|apache2/(?:envvars|ports\\.conf|magic)|apache2/(?:sites|conf|mods)-(?:available|enabled)/.*|httpd/.*\\.conf|lighttpd/.*\\.conf|php/.*\\.(?:ini|conf)|mysql/(?:my\\.cnf|mysql\\.cnf|mariadb\\.cnf|conf\\.d/.*|mysql\\.conf\\.d/.*|mariadb\\.conf\\.d/.*)|my\\.cnf|my\\.cnf\\.d/.*|postgresql/.*/(?:postgresql|pg_hba|pg_ident|start|pg_ctl)\\.conf|postgresql/.*/conf\\.d/.*|postfix/(?:main|master)\\.cf|aliases|mailname|varnish/.*|memcached\\.conf|haproxy/errors/.*',
  'docker/daemon\\.json|containerd/config\\.toml|containers/(?:containers|storage|registries|policy)\\.(?:conf|json)|crictl\\.yaml|cni/net\\.d/.*\\.(?:conf|conflist)|kubernetes/(?:kubelet-config|kubelet/config|kube-proxy-config)[\\w.-]*\\.ya?ml|lxc/.*|libvirt/(?:libvirtd|qemu|virtlogd)\\.conf|pve/(?:storage\\.cfg|corosync\\.conf|datacenter\\.cfg|\\.version|\\.members|lxc/\\d+\\.conf|nodes/[\\w.-]+/lxc/\\d+\\.conf|ha/.*\\.cfg)|corosync/corosync\\.conf|vzdump\\.conf|subuid|subgid',
  'timezone|localtime|adjtime|locale\\.conf|locale\\.gen|locale\\.alias|vconsole\\.conf|machine-id|motd|motd\\.d/.*|update-motd\\.d/.*|issue|issue\\.net|profile|profile\\.d/.*|bash\\.bashrc|inputrc|magic|mime\\.types|debconf\\.conf|nanorc|papersize|grub\\.d/.*|sensors3\\.conf|sensors\\.d/.*|sysstat/.*|snmp/snmp\\.conf|perl/.*|python3[\\w.]*/.*|terminfo/.*|cloud/build\\.info|cloud/cloud\\.cfg',
].join('|');

/** Files whose contents may be read, outside /proc and /sys; anchored regular expressions over the path. */
export const READABLE_FILES: readonly string[] = [
  `/etc/(?:${ETC})`,
  '/var/log/.+',
  '/var/lib/dpkg/(?:status|available|diversions|statoverride|arch|lock|lock-frontend|info/[\\w.+:-]+|triggers/[\\w.-]+|updates/\\d+)(?:-old)?',
  '/var/lib/(?:apt/extended_states|apt/periodic/[\\w-]+|logrotate/status|logrotate\\.status|logrotate/logrotate\\.status|chrony/drift|chrony/chrony\\.drift|ntp/drift|ubuntu-release-upgrader/[\\w-]+|update-notifier/[\\w-]+|unattended-upgrades/kept-back|systemd/timesync/clock|ucf/registry|dhcp/[\\w.-]*leases|dhclient/[\\w.-]*leases|misc/dnsmasq\\.leases|nfs/(?:etab|rmtab|xtab)|kubelet/config\\.yaml|kubelet/cpu_manager_state|lxc/[\\w.-]+/config)',
  '/var/lib/docker/containers/[0-9a-f]{64}/[0-9a-f]{64}-json\\.log(?:\\.\\d+)?',
  '/run/(?:reboot-required(?:\\.pkgs)?|motd\\.dynamic|systemd/resolve/(?:resolv|stub-resolv)\\.conf|resolvconf/resolv\\.conf|NetworkManager/(?:resolv|no-stub-resolv)\\.conf|sysconfig/[\\w-]+|fsck/.*|mdadm/map|mount/utab|[\\w./@-]+\\.pid)',
  '/(?:usr/)?lib/(?:os-release|systemd/.*|sysctl\\.d/.*|modprobe\\.d/.*|modules-load\\.d/.*|tmpfiles\\.d/.*|udev/.*|sysusers\\.d/.*|modules/[\\w.+-]+/modules\\.[\\w.]+)',
  '/(?:usr/)?(?:bin|sbin|lib|lib32|lib64|libexec)/.+',
  '/usr/share/(?:zoneinfo/.*|ca-certificates/.*|doc/.*|common-licenses/.*|dbus-1/.*|misc/.*|hwdata/.*|bpftrace/.*)',
  '/usr/local/(?:etc/[\\w./-]+\\.conf|lib/systemd/.*)',
  '/boot/(?:config-[\\w.+-]+|loader/.*\\.conf)',
  '/(?:opt|srv)/(?:[\\w.@+-]+/)*(?:log|logs)/(?:[\\w.@+-]+/)*[\\w.@+-]+\\.(?:log|err|out|txt)(?:\\.\\d+)?(?:\\.gz)?',
  '/(?:opt|srv)/(?:[\\w.@+-]+/)*[\\w.@+-]+\\.log(?:\\.\\d+)?(?:\\.gz)?',
  '/(?:usr/share|var/lib)/(?:pcp|sysstat)/.*',
];

/** Folders that may be searched recursively: all below is readable, bounded, and ends. */
export const RECURSIVE_ROOTS: readonly string[] = [
  '/var/log(?:/.*)?',
  '/etc/(?:systemd|sysctl\\.d|modprobe\\.d|cron\\.(?:d|hourly|daily|weekly|monthly)|logrotate\\.d|rsyslog\\.d|network|udev|security/limits\\.d|nginx|apache2|default|init\\.d|pam\\.d|lxc|yum\\.repos\\.d)(?:/.*)?',
  '/(?:usr/)?lib/(?:systemd|sysctl\\.d|modprobe\\.d|udev)(?:/.*)?',
  '/sys/fs/cgroup(?:/.*)?',
  '/proc/(?:pressure|irq|sys/vm|sys/net|sys/kernel|sys/fs)',
];
