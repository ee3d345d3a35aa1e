import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { excessiveRights } from '../rbac-usage/excessive-rights.ts';
import { grantedRights } from '../rbac-usage/granted-rights.ts';
import { CHART, renderChart, runHelm, withValues, type Rendered } from './helm.ts';
import { isSelected, podsOf } from './pod-specs.ts';
import { VALUE_SETS } from './value-sets.ts';

const NAMESPACE = 'nannyapi';
const CLUSTER_WIDE = /^(CustomResourceDefinition|ClusterRole|ClusterRoleBinding|ValidatingAdmissionPolicy.*)$/;

function only(objects: readonly Rendered[], kind: string, name: string): Rendered {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  expect(found, `${kind}/${name}`).toHaveLength(1);
  return found[0]!;
}

describe.each(Object.entries(VALUE_SETS))('the chart with %s', (_name, values) => {
  let objects: Rendered[];

  beforeAll(async () => {
    objects = await renderChart({ values });
  });

  it('pleases helm lint', async () => {
    const said = await withValues(values, (args) => runHelm(['lint', '--strict', CHART, ...args]));
    expect(said).toContain('0 chart(s) failed');
  });

  it('renders objects that are labelled, once each, in the namespace of the release', () => {
    const ids = objects.map(({ kind, metadata }) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`);
    expect(ids).toEqual([...new Set(ids)]);
    for (const { kind, metadata } of objects) {
      expect(metadata.labels, metadata.name).toMatchObject({
        'app.kubernetes.io/instance': 'nannyapi',
        'app.kubernetes.io/managed-by': 'Helm',
      });
      const allowed = CLUSTER_WIDE.test(kind) ? [undefined] : [NAMESPACE, 'kube-system'];
      expect(allowed, `${kind}/${metadata.name}`).toContain(metadata.namespace);
    }
  });

  it('runs every container with bounds, an exact image, and no more power than it needs', () => {
    for (const { owner, spec } of podsOf(objects)) {
      for (const { image, resources, securityContext } of spec.containers) {
        expect(image, owner).toMatch(/(:[\w][\w.-]*|@sha256:[0-9a-f]{64})$/);
        expect(image, owner).not.toMatch(/:latest$/);
        expect(resources?.requests ?? resources?.limits, owner).toBeDefined();
        expect(securityContext.readOnlyRootFilesystem, owner).toBe(true);
        if (owner.startsWith('DaemonSet/')) continue;
        expect(securityContext, owner).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        });
        expect(spec.securityContext, owner).toMatchObject({
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        });
        expect([spec.hostPID, spec.hostNetwork, spec.hostIPC], owner).toEqual([undefined, undefined, undefined]);
      }
    }
  });

  it('has every selector find its pods and no others', () => {
    const pods = podsOf(objects);
    for (const { owner, labels, selector } of pods) {
      if (selector === undefined) continue;
      expect(isSelected(labels, selector), owner).toBe(true);
      expect(pods.filter((pod) => isSelected(pod.labels, selector)).map((pod) => pod.owner)).toEqual([owner]);
    }
    for (const { kind, metadata, spec } of objects) {
      const selector = { Service: spec?.selector, PodDisruptionBudget: spec?.selector?.matchLabels }[kind] as
        | Record<string, string>
        | undefined;
      if (selector === undefined) continue;
      expect(
        pods.filter(({ labels }) => isSelected(labels, selector)).length,
        `${kind}/${metadata.name}`,
      ).toBeGreaterThan(0);
    }
  });

  it('gives its processes no wildcard, no Secret, no way into pods', () => {
    const rights = grantedRights(objects, NAMESPACE);
    expect(excessiveRights(rights)).toEqual([]);
    expect(rights.filter(({ resource }) => resource === 'secrets')).toEqual([]);
    expect(rights.filter(({ user }) => /:[a-z-]*-agent$/.test(user))).toEqual([]);
  });
});

describe('the chart', () => {
  it('gives the built-in role view neither tasks nor evidence', async () => {
    const roles = (await renderChart()).filter(({ kind }) => kind === 'ClusterRole');
    const aggregated = roles.filter(({ metadata }) =>
      Object.keys(metadata.labels ?? {}).some((label) => label.startsWith('rbac.authorization.k8s.io/aggregate-to-')),
    );
    expect(aggregated.map(({ metadata, rules }) => [metadata.name, rules])).toEqual([
      [
        'nannyapi-viewer',
        [{ apiGroups: ['nannyai.dev'], resources: ['agents', 'investigations'], verbs: ['get', 'list', 'watch'] }],
      ],
    ]);
  });

  it('renders the same when the values of an older chart lack everything', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nannyapi-chart-'));
    try {
      await cp(CHART, folder, { recursive: true });
      await writeFile(join(folder, 'values.yaml'), 'operator:\n  replicas: 2\n');
      const values = { crds: { keep: false } };
      const [bare, whole] = await Promise.all([renderChart({ values, chart: folder }), renderChart({ values })]);
      expect(withoutCertificate(bare)).toEqual(withoutCertificate(whole));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('lets a limit be taken away by null', async () => {
    const objects = await renderChart({ values: { operator: { resources: { limits: null } } } });
    const [container] = only(objects, 'Deployment', 'nannyapi-operator').spec.template.spec.containers;
    expect(container.resources).toEqual({ requests: { cpu: '50m', memory: '192Mi' } });
  });

  it('makes a certificate that the authority of the agents has signed, for the names they use', async () => {
    const values = { api: { tls: { names: ['nanny.example.com', '192.0.2.7'] } } };
    const objects = await renderChart({ values });
    const { data } = only(objects, 'Secret', 'nannyapi-api-tls');
    const authority = new X509Certificate(only(objects, 'ConfigMap', 'nannyapi-api-ca').data['ca.crt']);
    const certificate = new X509Certificate(Buffer.from(data['tls.crt'], 'base64'));
    expect(certificate.verify(authority.publicKey)).toBe(true);
    for (const name of ['nannyapi-api.nannyapi.svc', 'localhost', 'nanny.example.com']) {
      expect(certificate.checkHost(name), name).toBe(name);
    }
    expect(certificate.checkIP('192.0.2.7')).toBe('192.0.2.7');
    expect(Object.keys(data).toSorted()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
  });

  it('shows a node the authority alone, never the key', async () => {
    const { volumes } = only(await renderChart(), 'DaemonSet', 'nannyapi-agent').spec.template.spec;
    expect(volumes.filter((volume: object) => 'secret' in volume)).toEqual([]);
    const values = { api: { tls: { source: 'Secret', secret: { name: 'own-tls' } } } };
    const agent = only(await renderChart({ values }), 'DaemonSet', 'nannyapi-agent').spec.template.spec;
    expect(agent.volumes.find(({ name }: { name: string }) => name === 'ca').secret).toEqual({
      secretName: 'own-tls',
      items: [{ key: 'ca.crt', path: 'ca.crt' }],
    });
  });

  it('tells agents where the API is by the variables of its Service, whatever the release is called', async () => {
    const objects = await renderChart({ values: { fullnameOverride: 'sick-nodes' }, namespace: 'ops' });
    only(objects, 'Service', 'sick-nodes-api');
    const [container] = only(objects, 'DaemonSet', 'sick-nodes-agent').spec.template.spec.containers;
    expect(container.env).toContainEqual({
      name: 'NANNYAPI_AGENT_URL',
      value: 'https://$(SICK_NODES_API_SERVICE_HOST):$(SICK_NODES_API_SERVICE_PORT)',
    });
    expect(container.env).toContainEqual({ name: 'NANNYAPI_AGENT_TLS_SERVER_NAME', value: 'sick-nodes-api.ops.svc' });
  });

  it('takes the variables of Services from processes whose settings begin alike', async () => {
    for (const { owner, spec } of podsOf(await renderChart())) {
      expect(spec.enableServiceLinks, owner).toBe(owner === 'DaemonSet/nannyapi-agent');
    }
  });

  it('fits into the Secret of a release with room to spare', async () => {
    const { gzipSync } = await import('node:zlib');
    const text = await runHelm(['template', 'nannyapi', CHART]);
    // A release holds the chart and what was rendered from it, gzipped and twice in base64.
    expect(gzipSync(text + text + text).length * 1.8).toBeLessThan(512 * 1024);
  });
});

/** Every rendering makes a certificate of its own. */
function withoutCertificate(objects: readonly Rendered[]): string {
  const kept = objects.filter(({ metadata }) => !/^nannyapi-api-(tls|ca)$/.test(metadata.name));
  return JSON.stringify(kept.map((object) => JSON.stringify(object).replace(/"checksum\/ca":"[0-9a-f]+"/, '')));
}
