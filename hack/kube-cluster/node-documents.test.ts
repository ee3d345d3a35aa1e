import { describe, expect, it } from 'vitest';
import { planCluster } from './cluster-plan.ts';
import { apiServerArguments } from './control-plane-arguments.ts';
import { nodeDocuments } from './node-documents.ts';

const plan = planCluster({ folder: '/var/tmp/a', network: 77, nodeCount: 2 });
const node = plan.nodes[1]!;
const documents = nodeDocuments(plan, node, { proxyMode: 'iptables', cniFolder: '/opt/cni/bin' });

describe('the documents of a node', () => {
  it('tell kubelet its own cgroup, certificate and the DNS of the cluster', () => {
    expect(JSON.parse(documents['kubelet.json'] ?? '')).toMatchObject({
      cgroupRoot: `/${node.cgroup}`,
      tlsCertFile: '/var/tmp/a/credentials/node2.crt',
      clusterDNS: ['10.77.128.10'],
      oomScoreAdj: 0,
    });
  });

  it('let kube-proxy tell packets of pods from those of nodes and of the machine', () => {
    expect(JSON.parse(documents['kube-proxy.json'] ?? '')).toMatchObject({
      mode: 'iptables',
      clusterCIDR: '10.77.64.0/18',
      hostnameOverride: 'node2',
    });
  });

  it('give pods addresses of the node’s own range', () => {
    expect(documents['cni/10-bridge.conflist']).toContain('"subnet": "10.77.66.0/24"');
    expect(documents['containerd.toml']).toContain('bin_dir = "/opt/cni/bin"');
  });
});

describe('the command line of kube-apiserver', () => {
  it('keeps nodes to their own objects, and writes down who did what', () => {
    expect(apiServerArguments(plan, 4001)).toEqual(
      expect.arrayContaining([
        '--etcd-servers=http://127.0.0.1:4001',
        '--authorization-mode=Node,RBAC',
        '--enable-admission-plugins=NodeRestriction',
        '--audit-log-path=/var/tmp/a/audit.log',
      ]),
    );
  });
});
