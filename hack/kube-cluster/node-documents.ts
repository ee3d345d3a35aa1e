import { join } from 'node:path';
import { credentialsFolder } from './control-plane-arguments.ts';
import type { ClusterPlan, NodePlan } from './cluster-plan.ts';

/** How kube-proxy makes Services: by nftables, or by iptables where there is no nft. */
export type ProxyMode = 'nftables' | 'iptables';

/** What a node's programs are configured with, by file name below the node's folder. */
export function nodeDocuments(
  plan: ClusterPlan,
  node: NodePlan,
  machine: { proxyMode: ProxyMode; cniFolder: string },
): Record<string, string> {
  return {
    'kubelet.json': JSON.stringify(kubeletConfiguration(plan, node), null, 2),
    'kube-proxy.json': JSON.stringify(kubeProxyConfiguration(plan, node, machine.proxyMode), null, 2),
    'containerd.toml': containerdConfiguration(node, machine.cniFolder),
    'cni/10-bridge.conflist': JSON.stringify(cniConfiguration(node), null, 2),
    'resolv.conf': `# The machine's own name servers cannot be reached from here.\nnameserver ${plan.machineAddress}\n`,
  };
}

/** Paths are a kubelet's ordinary ones: a node has its own /var/lib/kubelet, whatever the machine has there. */
export function kubeletConfiguration(plan: ClusterPlan, node: NodePlan): object {
  const file = (name: string): string => join(credentialsFolder(plan.folder), name);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    // The default refuses cgroup v1, which is all that some machines have.
    failCgroupV1: false,
    failSwapOn: false,
    // There is no systemd in a node.
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${node.cgroup}`,
    // The default, -999, takes CAP_SYS_RESOURCE.
    oomScoreAdj: 0,
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    tlsCertFile: file(`${node.name}.crt`),
    tlsPrivateKeyFile: file(`${node.name}.key`),
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: file('ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    clusterDNS: [plan.dnsAddress],
    clusterDomain: 'cluster.local',
    resolvConf: join(node.folder, 'resolv.conf'),
    // In /run, which a node has to itself: the default is a folder of /usr.
    volumePluginDir: '/run/kubelet-plugins',
    // A node shares the machine's disk and memory with everything else: only the last bit of it is a reason to evict.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    // Images cannot be pulled again.
    imageGCHighThresholdPercent: 100,
    // A quarter of this is the time between two signs of life.
    nodeLeaseDurationSeconds: 16,
    // A burst of pods is no load that must be spread in a cluster of two nodes.
    maxParallelImagePulls: 1,
  };
}

/** Limits of connection tracking are the machine's: a node's kube-proxy may not set them. */
export function kubeProxyConfiguration(plan: ClusterPlan, node: NodePlan, mode: ProxyMode): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: join(credentialsFolder(plan.folder), 'kube-proxy.kubeconfig') },
    mode,
    clusterCIDR: plan.podRange,
    hostnameOverride: node.name,
    oomScoreAdj: 0,
    metricsBindAddress: '127.0.0.1:10249',
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}

/** For containerd 1.6 and 1.7, in their format 2, which 2.x reads too. */
export function containerdConfiguration(node: NodePlan, cniFolder: string): string {
  return `version = 2
# Plugins that no node needs: they only look for what is not there.
disabled_plugins = [
  "io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
]
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "localhost/pause:1"
# Without CAP_SYS_RESOURCE no sandbox starts otherwise.
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = ${JSON.stringify(cniFolder)}
conf_dir = ${JSON.stringify(join(node.folder, 'cni'))}
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
`;
}

/** A bridge inside the node; packets to other nodes are routed, so that every pod is seen with its own address. */
export function cniConfiguration(node: NodePlan): object {
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        hairpinMode: true,
        ipMasq: false,
        ipam: { type: 'host-local', ranges: [[{ subnet: node.podRange }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}
