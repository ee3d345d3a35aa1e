import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadApiProcessConfig } from './process-config.ts';
import { readApiProcessSettings, type ApiProcessSettings } from './process-settings.ts';
import { SecretKeys } from './secrets/secret-keys.ts';

let folder: string;
let keysFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'api-settings-'));
  keysFile = join(folder, 'keys');
  await writeFile(keysFile, SecretKeys.generate());
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

const read = (env: Record<string, string>): Promise<ApiProcessSettings> =>
  readApiProcessSettings(loadApiProcessConfig({ NANNYAPI_NAMESPACE: 'nannyapi', ...env }));

describe('the settings of identity', () => {
  it('offer neither login nor enrolment without a public URL', async () => {
    expect((await read({})).identity).toBeUndefined();
  });

  it('are the release’s namespace, the origins and the keys', async () => {
    const { identity } = await read({
      NANNYAPI_API_PUBLIC_URL: 'https://nanny.example.com',
      NANNYAPI_API_OTHER_URLS: 'https://nannyapi-api.nannyapi.svc:8443, https://nanny.example.com',
      NANNYAPI_API_SECRET_KEYS_FILE: keysFile,
    });
    expect(identity).toMatchObject({
      namespace: 'nannyapi',
      agentNamespace: 'nannyapi',
      origins: ['https://nanny.example.com', 'https://nannyapi-api.nannyapi.svc:8443'],
    });
  });

  it('are told wrong all at once, with no content of any file', async () => {
    await writeFile(keysFile, 'c2VjcmV0\n');
    const failure = await read({
      NANNYAPI_API_PUBLIC_URL: 'https://nanny.example.com/portal',
      NANNYAPI_API_OTHER_URLS: 'nanny',
      NANNYAPI_API_SECRET_KEYS_FILE: keysFile,
      NANNYAPI_API_LOGIN_CONFIG_FILE: join(folder, 'absent.yaml'),
      NANNYAPI_API_CA_FILE: keysFile,
      NANNYAPI_API_TRUSTED_PROXIES: '10.0.0.0/40',
      NANNYAPI_API_AGENT_SHARED_ADDRESSES: 'x',
      NANNYAPI_API_TLS_KEY_FILE: keysFile,
    }).then(
      () => new Error('They were read'),
      (error: Error) => error,
    );
    expect(failure).toMatchObject({ code: 'InvalidConfig' });
    for (const name of [
      'PUBLIC_URL: must have no path',
      'OTHER_URLS: must be a URL',
      'SECRET_KEYS_FILE: The file of secret keys line 1',
      'LOGIN_CONFIG_FILE:',
      'CA_FILE:',
      'TRUSTED_PROXIES: "10.0.0.0/40"',
      'AGENT_SHARED_ADDRESSES: "x"',
      'TLS_CERT_FILE: and NANNYAPI_API_TLS_KEY_FILE go together',
    ])
      expect(failure.message).toContain(`NANNYAPI_API_${name}`);
    expect(failure.message).not.toContain('c2VjcmV0');
  });

  it.each([
    [{ NANNYAPI_API_PUBLIC_URL: 'https://a.example' }, 'SECRET_KEYS_FILE: is required with NANNYAPI_API_PUBLIC_URL'],
    [{ NANNYAPI_API_PUBLIC_URL: 'http://a.example' }, 'PUBLIC_URL: must begin with https://'],
    [{ NANNYAPI_API_LOGIN_CONFIG_FILE: '/x' }, 'LOGIN_CONFIG_FILE: needs NANNYAPI_API_PUBLIC_URL'],
  ])('refuse %j', async (env, problem) => {
    await expect(read(env)).rejects.toMatchObject({ message: expect.stringContaining(problem) });
  });
});
