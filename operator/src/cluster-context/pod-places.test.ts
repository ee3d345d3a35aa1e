import { factLine, renderItem } from '@nannyapi/protocol';
import { describe, expect, it } from 'vitest';
import { joinToPods, podPlacesOf } from './pod-places.ts';

const UID = '0b6c1f7e-1d2a-4c3b-9e8f-001122334455';
const SLICE_UID = UID.replaceAll('-', '_');
const ID = 'a'.repeat(64);
const OLD_ID = 'c'.repeat(64);
const STATIC = 'f'.repeat(32);
const places = podPlacesOf([
  renderItem({ id: 'pod' }, [
    factLine('pod', { namespace: 'shop', name: 'web', uid: UID }),
    factLine('container', { namespace: 'shop', pod: 'web', container: 'app', id: OLD_ID }),
  ]),
  renderItem({ id: 'pods' }, [
    factLine('pod', { namespace: 'shop', name: 'web', uid: UID }),
    factLine('container', { namespace: 'shop', pod: 'web', container: 'app', id: ID }),
    factLine('pod', {
      namespace: 'kube-system',
      name: 'etcd-node1',
      uid: '11111111-2222-4333-8444-555555555555',
      static_uid: STATIC,
    }),
  ]),
]);
const web = { namespace: 'shop', pod: 'web', uid: UID };
const app = { ...web, container: 'app' };

describe('a cgroup', () => {
  it.each([
    ['of cgroupfs', `/kubepods/burstable/pod${UID}/${ID}`, app],
    ['of a guaranteed pod', `/kubepods/pod${UID}/${ID}`, app],
    [
      'of systemd and containerd',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${SLICE_UID}.slice/cri-containerd-${ID}.scope`,
      app,
    ],
    [
      'of systemd and a guaranteed pod',
      `/kubepods.slice/kubepods-pod${SLICE_UID}.slice/cri-containerd-${ID}.scope`,
      app,
    ],
    [
      'of CRI-O',
      `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${SLICE_UID}.slice/crio-${ID}.scope`,
      app,
    ],
    ['of Docker', `/kubepods.slice/kubepods-pod${SLICE_UID}.slice/docker-${ID}.scope`, app],
    ['of a container that was restarted since', `/kubepods/burstable/pod${UID}/${OLD_ID}`, app],
    ['below a node that is a container', `/docker/${'b'.repeat(64)}/kubelet/kubepods/burstable/pod${UID}/${ID}`, app],
    [
      'with a kubelet slice of kind',
      `/docker-${'b'.repeat(64)}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod${SLICE_UID}.slice/cri-containerd-${ID}.scope`,
      app,
    ],
    [
      'where no slice was made',
      `/system.slice/containerd.service/kubepods-burstable-pod${SLICE_UID}.slice:cri-containerd:${ID}`,
      app,
    ],
    ['with its mount point', `/sys/fs/cgroup/memory/kubepods/burstable/pod${UID}/${ID}`, app],
    ['of something inside the container', `/kubepods/burstable/pod${UID}/${ID}/init.scope`, app],
    ['of the pod as a whole', `/kubepods/burstable/pod${UID}`, web],
    ['of its pause container', `/kubepods/burstable/pod${UID}/${'d'.repeat(64)}`, web],
    ['of a static pod', `/kubepods/burstable/pod${STATIC}`, expect.objectContaining({ pod: 'etcd-node1' })],
    [
      'of a static pod of systemd',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${STATIC}.slice`,
      expect.objectContaining({ pod: 'etcd-node1' }),
    ],
  ])('%s is that of the pod', (_, path, expected) => expect(joinToPods(path, places)).toEqual(expected));

  it.each([
    ['of a service', '/system.slice/ssh.service'],
    ['of all pods', '/kubepods/burstable'],
    ['of a pod that the API server does not know', `/kubepods/pod${UID.replace('0b6c', 'ffff')}/${'e'.repeat(64)}`],
    ['that only looks like one', `/user.slice/mypod${UID}`],
    ['root', '/'],
    ['without a name', ''],
  ])('%s is that of no pod', (_, path) => expect(joinToPods(path, places)).toBeUndefined());
});

describe('a path of the kubelet', () => {
  it.each([
    ['of a volume', `/var/lib/kubelet/pods/${UID}/volumes/kubernetes.io~empty-dir/scratch`, 'scratch'],
    ['inside a volume', `/var/lib/kubelet/pods/${UID}/volumes/kubernetes.io~empty-dir/scratch/a/b`, 'scratch'],
    ['of k3s', `/var/lib/rancher/k3s/agent/kubelet/pods/${UID}/volumes/kubernetes.io~csi/data/mount`, 'data'],
    ['of a sub-path', `/var/lib/kubelet/pods/${UID}/volume-subpaths/data/app/0`, 'data'],
  ])('%s names pod and volume', (_, path, volume) => expect(joinToPods(path, places)).toEqual({ ...web, volume }));

  it('of the pod itself names the pod', () => {
    expect(joinToPods(`/var/lib/kubelet/pods/${UID}/etc-hosts`, places)).toEqual(web);
  });
});
