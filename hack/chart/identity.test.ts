import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseLoginConfig } from '../../api/src/login/parse-login-config.ts';
import { loadApiProcessConfig } from '../../api/src/process-config.ts';
import { SecretKeys } from '../../api/src/secrets/secret-keys.ts';
import { renderChart, type Rendered } from './helm.ts';
import { VALUE_SETS } from './value-sets.ts';

const FROM_OUTSIDE = VALUE_SETS['people and hosts that come from outside']!;
const BY_INGRESS = VALUE_SETS['people who come through an ingress, with keys of their own']!;

function named(objects: readonly Rendered[], name: string): Rendered | undefined {
  return objects.find(({ metadata }) => metadata.name === name);
}

function apiPod(objects: readonly Rendered[]): Rendered[string] {
  return objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'nannyapi-api')?.spec.template;
}

/** The settings of the API, as its process reads them. */
function settings(objects: readonly Rendered[]): ReturnType<typeof loadApiProcessConfig> {
  const env = apiPod(objects).spec.containers[0].env as { name: string; value: string }[];
  return loadApiProcessConfig(Object.fromEntries(env.map(({ name, value }) => [name, value])));
}

/** The volume in which a file of the container is, and how it is called there. */
function sourceOf(objects: readonly Rendered[], path: string): { volume: Rendered[string]; file: string } {
  const { containers, volumes } = apiPod(objects).spec;
  const mount = containers[0].volumeMounts.find(({ mountPath }: { mountPath: string }) =>
    path.startsWith(`${mountPath}/`),
  );
  expect(mount, path).toMatchObject({ readOnly: true });
  const volume = volumes.find(({ name }: { name: string }) => name === mount.name);
  return { volume, file: path.slice(mount.mountPath.length + 1) };
}

describe('an API for nodes alone', () => {
  it('has no keys, no login and no address', async () => {
    const objects = await renderChart();
    expect(settings(objects)).toMatchObject({
      NANNYAPI_API_PUBLIC_URL: undefined,
      NANNYAPI_API_SECRET_KEYS_FILE: undefined,
      NANNYAPI_API_LOGIN_CONFIG_FILE: undefined,
    });
    expect(named(objects, 'nannyapi-api-secret-keys')).toBeUndefined();
    expect(named(objects, 'nannyapi-api-login')).toBeUndefined();
  });
});

describe('an API for people and hosts from outside', () => {
  it('is told where it is reached, and has a certificate for these names', async () => {
    const objects = await renderChart({ values: FROM_OUTSIDE });
    expect(settings(objects)).toMatchObject({
      NANNYAPI_API_OTHER_URLS: 'https://10.0.0.7:8443/',
      NANNYAPI_API_AGENT_NAMESPACE: 'hosts',
    });
    expect(settings(objects).NANNYAPI_API_PUBLIC_URL).toBe('https://nanny.example.com:8443');
    const secret = named(objects, 'nannyapi-api-tls');
    const certificate = new X509Certificate(Buffer.from(secret?.data['tls.crt'], 'base64'));
    expect(certificate.checkHost('nanny.example.com')).toBe('nanny.example.com');
    expect(certificate.checkIP('10.0.0.7')).toBe('10.0.0.7');
  });

  it('shares keys among its replicas that its own parser takes', async () => {
    const objects = await renderChart({ values: FROM_OUTSIDE });
    const { volume, file } = sourceOf(objects, settings(objects).NANNYAPI_API_SECRET_KEYS_FILE ?? '');
    expect(volume.secret.items).toEqual([{ key: 'secret-keys', path: file }]);
    const keys = named(objects, volume.secret.secretName);
    expect(keys?.kind).toBe('Secret');
    const text = Buffer.from(keys?.data['secret-keys'], 'base64').toString();
    expect(SecretKeys.parse(text).derive('session')).toHaveLength(1);
    // Another rendering without a cluster cannot know them.
    const again = named(await renderChart({ values: FROM_OUTSIDE }), 'nannyapi-api-secret-keys');
    expect(again?.data).not.toEqual(keys?.data);
  });

  it('has a login configuration that its own parser takes, whose secrets are mounted from their Secrets', async () => {
    const objects = await renderChart({ values: FROM_OUTSIDE });
    const { volume, file } = sourceOf(objects, settings(objects).NANNYAPI_API_LOGIN_CONFIG_FILE ?? '');
    const map = named(objects, volume.configMap.name);
    const { providers, sessionHours, sessionIdleMinutes } = parseLoginConfig(map?.data[file]);
    expect({ sessionHours, sessionIdleMinutes }).toEqual({ sessionHours: 24, sessionIdleMinutes: 60 });
    expect(providers.map(({ id, groups }) => [id, groups])).toEqual([
      ['github', [{ from: 'team', value: 'example/sre', group: 'nannyapi:admins' }]],
      ['sso', []],
    ]);
    const secrets = { github: ['github-login', 'client-secret'], sso: ['sso', 'secret'] };
    for (const { id, clientSecretFile } of providers) {
      const source = sourceOf(objects, clientSecretFile);
      const [name, key] = secrets[id as keyof typeof secrets];
      expect(source.volume.projected.sources).toContainEqual({ secret: { name, items: [{ key, path: source.file }] } });
    }
  });

  it('knows the authority of issuers that the system does not know', async () => {
    const objects = await renderChart({ values: FROM_OUTSIDE });
    const env = apiPod(objects).spec.containers[0].env as { name: string; value: string }[];
    const file = env.find(({ name }) => name === 'NODE_EXTRA_CA_CERTS')?.value ?? '';
    expect(sourceOf(objects, file)).toMatchObject({ volume: { configMap: { name: 'sso-ca' } }, file: 'ca.crt' });
  });

  it('starts anew when the login changes, and may reach identity providers', async () => {
    const objects = await renderChart({ values: FROM_OUTSIDE });
    const shorter = structuredClone(FROM_OUTSIDE) as { api: { login: { sessionHours: number } } };
    shorter.api.login.sessionHours = 1;
    const sum = 'checksum/login';
    const other = apiPod(await renderChart({ values: shorter })).metadata.annotations[sum];
    expect(other).not.toBe(apiPod(objects).metadata.annotations[sum]);
    const policy = objects.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'nannyapi-api');
    expect(policy?.spec.egress).toContainEqual({ ports: [{ protocol: 'TCP', port: 443 }] });
  });

  it('tells hosts the authority of the certificate that they meet', async () => {
    const own = await renderChart({ values: FROM_OUTSIDE });
    expect(sourceOf(own, settings(own).NANNYAPI_API_CA_FILE ?? '').volume.configMap.name).toBe('nannyapi-api-ca');
    const behind = await renderChart({ values: BY_INGRESS });
    expect(sourceOf(behind, settings(behind).NANNYAPI_API_CA_FILE ?? '').volume.configMap.name).toBe('web-ca');
    const known = structuredClone(BY_INGRESS) as { api: { ingress: { caConfigMap: string } } };
    known.api.ingress.caConfigMap = '';
    expect(settings(await renderChart({ values: known })).NANNYAPI_API_CA_FILE).toBeUndefined();
  });

  it('takes keys that are there already, and believes the proxies that are named', async () => {
    const objects = await renderChart({ values: BY_INGRESS });
    expect(named(objects, 'nannyapi-api-secret-keys')).toBeUndefined();
    const { volume } = sourceOf(objects, settings(objects).NANNYAPI_API_SECRET_KEYS_FILE ?? '');
    expect(volume.secret.secretName).toBe('nanny-keys');
    expect(settings(objects).NANNYAPI_API_TRUSTED_PROXIES).toBe('10.0.0.0/8,2001:db8::1');
  });
});
