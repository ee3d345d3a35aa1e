import { join } from 'node:path';
import type { ClusterPlan } from './cluster-plan.ts';

/** The folder of keys, certificates and kubeconfigs below a cluster's folder. */
export function credentialsFolder(folder: string): string {
  return join(folder, 'credentials');
}

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
/** A node that says nothing for so long is NotReady. The default of 50 s would make tests of a power cut long. */
const NODE_GRACE_SECONDS = 24;
/** Pods leave a node that is NotReady after this. The default of 300 s, for the same reason. */
const EVICTION_SECONDS = 30;
/** A bound that a test cluster never reaches: the audit log stays one file. */
const AUDIT_LOG_MB = 100_000;

/** The command line of etcd. It syncs nothing: a test cluster does not outlive its machine. */
export function etcdArguments(plan: ClusterPlan, port: number): string[] {
  return [
    `--data-dir=${join(plan.folder, 'etcd')}`,
    '--log-level=warn',
    '--unsafe-no-fsync',
    `--listen-client-urls=http://127.0.0.1:${port}`,
    `--advertise-client-urls=http://127.0.0.1:${port}`,
    '--listen-peer-urls=http://127.0.0.1:0',
  ];
}

/** The command line of kube-apiserver. @param etcdPort on loopback. */
export function apiServerArguments(plan: ClusterPlan, etcdPort: number): string[] {
  const file = (name: string): string => join(credentialsFolder(plan.folder), name);
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--bind-address=${plan.machineAddress}`,
    '--secure-port=6443',
    `--advertise-address=${plan.machineAddress}`,
    `--tls-cert-file=${file('apiserver.crt')}`,
    `--tls-private-key-file=${file('apiserver.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    `--token-auth-file=${file('tokens.csv')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    `--service-cluster-ip-range=${plan.serviceRange}`,
    `--service-account-issuer=${ISSUER}`,
    `--api-audiences=${ISSUER}`,
    `--service-account-key-file=${file('accounts.key')}`,
    `--service-account-signing-key-file=${file('accounts.key')}`,
    // By name, a node is known to nobody outside the cluster: logs and exec would time out.
    '--kubelet-preferred-address-types=InternalIP',
    `--kubelet-certificate-authority=${file('ca.crt')}`,
    `--kubelet-client-certificate=${file('kubelet-client.crt')}`,
    `--kubelet-client-key=${file('kubelet-client.key')}`,
    `--audit-policy-file=${join(plan.folder, 'audit-policy.json')}`,
    `--audit-log-path=${join(plan.folder, 'audit.log')}`,
    `--audit-log-maxsize=${AUDIT_LOG_MB}`,
    `--default-not-ready-toleration-seconds=${EVICTION_SECONDS}`,
    `--default-unreachable-toleration-seconds=${EVICTION_SECONDS}`,
  ];
}

/** The command line of kube-controller-manager: each controller acts with the rights of its own service account. */
export function controllerManagerArguments(plan: ClusterPlan): string[] {
  const file = (name: string): string => join(credentialsFolder(plan.folder), name);
  return [
    `--kubeconfig=${file('kube-controller-manager.kubeconfig')}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${file('accounts.key')}`,
    `--root-ca-file=${file('ca.crt')}`,
    `--node-monitor-grace-period=${NODE_GRACE_SECONDS}s`,
    '--node-monitor-period=2s',
  ];
}

/** The command line of kube-scheduler. */
export function schedulerArguments(plan: ClusterPlan): string[] {
  return [
    `--kubeconfig=${join(credentialsFolder(plan.folder), 'kube-scheduler.kubeconfig')}`,
    '--leader-elect=false',
    '--secure-port=0',
  ];
}

/** Who did what, of every request and of none its body: tests judge rights by it. */
export function auditPolicy(): object {
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata' }],
  };
}
