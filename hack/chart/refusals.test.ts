import { describe, expect, it } from 'vitest';
import { renderChart } from './helm.ts';

/** Values with a login provider for each of the parts given, which take the place of what is right. */
function login(...parts: object[]): { api: { login: object; publicURL: string } } {
  const provider = {
    id: 'sso',
    kind: 'oidc',
    issuer: 'https://sso.example.com',
    clientID: 'nanny',
    clientSecret: { name: 'sso', key: 'secret' },
    allow: { domains: ['example.com'] },
  };
  return {
    api: {
      publicURL: 'https://nanny.example.com',
      login: { providers: parts.map((part) => ({ ...provider, ...part })) },
    },
  };
}

describe('values that cannot be', () => {
  it.each([
    [{ operatr: {} }, /operatr/],
    [{ operator: { replica: 3 } }, /operator.*\n?.*replica/],
    [{ operator: { replicas: '2' } }, /\/operator\/replicas.*got string, want integer/],
    [{ operator: { workers: 0 } }, /\/operator\/workers.*minimum/],
    [{ operator: { logLevel: 'verbose' } }, /\/operator\/logLevel.*'debug'/],
    [{ operator: { resources: { limit: { memory: '1Gi' } } } }, /\/operator\/resources.*limit/],
    [{ operator: { resources: { limits: { memory: '1 GB' } } } }, /\/operator\/resources\/limits\/memory/],
    [{ api: { service: { type: 'Loadbalancer' } } }, /\/api\/service\/type/],
    [{ api: { tls: { source: 'selfsigned' } } }, /\/api\/tls\/source/],
    [{ agent: { updateStrategy: { maxUnavailable: '200%' } } }, /\/agent\/updateStrategy\/maxUnavailable/],
    [{ agent: { url: 'http://insecure.example.com' } }, /\/agent\/url/],
    [{ image: { tag: 'latest' } }, /\/image\/tag/],
    [{ image: { pullPolicy: 'Sometimes' } }, /\/image\/pullPolicy/],
    [{ tensorzero: { gateway: { image: { tag: 'latest' } } } }, /\/tensorzero\/gateway\/image\/tag/],
    [{ commonLabels: { 'app.kubernetes.io/name': 'mine' } }, /app\.kubernetes\.io\/name/],
    [{ operator: { podLabels: { 'nannyai.dev/serves-metrics': 'no' } } }, /serves-metrics/],
    [{ networkPolicy: { apiFrom: [{ cidr: '10.0.0.0/8' }] } }, /\/networkPolicy\/apiFrom\/0.*cidr/],
    [{ api: { publicURL: 'http://nanny.example.com' } }, /\/api\/publicURL/],
    [{ api: { publicURL: 'https://nanny.example.com/nanny' } }, /\/api\/publicURL/],
    [{ api: { otherURLs: ['https://a@b'] } }, /\/api\/otherURLs\/0/],
    [{ api: { trustedProxies: ['proxy.example.com'] } }, /\/api\/trustedProxies\/0/],
    [{ api: { login: { sessionHours: 0 } } }, /\/api\/login\/sessionHours/],
    [login({ kind: 'saml' }), /\/api\/login\/providers\/0\/kind/],
    [login({ id: 'system' }), /\/api\/login\/providers\/0\/id/],
    [login({ clientSecret: 'hunter2' }), /\/api\/login\/providers\/0\/clientSecret/],
    [login({ issuer: 'http://sso.example.com' }), /\/api\/login\/providers\/0\/issuer/],
    [login({ allow: {} }), /\/api\/login\/providers\/0\/allow/],
    [login({ allow: { mails: ['a@b'] } }), /\/api\/login\/providers\/0\/allow.*mails/],
    [login({ groups: [{ claim: 'admins', group: 'system:masters' }] }), /\/api\/login\/providers\/0\/groups\/0\/group/],
  ])('%j are refused, and the message names the field', async (values, message) => {
    await expect(renderChart({ values })).rejects.toThrow(message);
  });

  it.each([
    [{ api: { tls: { source: 'Secret' } } }, 'api.tls.secret.name is empty'],
    [{ api: { tls: { source: 'CertManager' } } }, 'api.tls.certManager.issuerRef.name is empty'],
    [{ api: { tls: { caConfigMap: 'ca' } } }, 'api.tls.caConfigMap is set'],
    [{ api: { tls: { certManager: { durationHours: 5, renewBeforeHours: 5 } } } }, 'renewBeforeHours must be less'],
    [{ api: { ingress: { enabled: true, tlsSecretName: 'web' } } }, 'api.ingress.host is empty'],
    [{ api: { ingress: { enabled: true, host: 'a.example.com' } } }, 'tokens must not travel in the clear'],
    [{ api: { service: { nodePort: 30443 } } }, 'api.service.nodePort is set'],
    [{ operator: { leaderElection: { renewDeadlineSeconds: 15 } } }, 'renewDeadlineSeconds must be less'],
    [{ operator: { leaderElection: { retryPeriodSeconds: 10 } } }, 'retryPeriodSeconds must be less'],
    [{ tensorzero: { url: 'http://a', gateway: { enabled: true, models: 'x' } } }, 'exclude each other'],
    [{ tensorzero: { gateway: { enabled: true } } }, 'tensorzero.gateway.models is empty'],
    [{ tensorzero: { apiKeySecret: { name: 'key' } } }, 'tensorzero.apiKeySecret.name is set'],
    [{ uninstall: { hook: false, removeData: true } }, 'uninstall.removeData needs uninstall.hook'],
    [{ api: { login: login({}).api.login } }, 'api.login.providers needs api.publicURL'],
    [login({ issuer: undefined }), 'sso is of kind oidc and needs an issuer'],
    [login({}, {}), 'api.login.providers has sso twice'],
    [
      {
        api: {
          publicURL: 'https://nanny.example.com',
          ingress: { enabled: true, host: 'other.example.com', tlsSecretName: 'web' },
        },
      },
      'api.publicURL leads to nanny.example.com, but api.ingress.host is other.example.com',
    ],
  ])('%j contradict one another, and the message says what to do', async (values, message) => {
    await expect(renderChart({ values })).rejects.toThrow(message);
  });

  it('are told all at once', async () => {
    const values = { api: { ingress: { enabled: true }, service: { nodePort: 30443 } } };
    const refusal = renderChart({ values });
    await expect(refusal).rejects.toThrow('api.ingress.host');
    await expect(refusal).rejects.toThrow('api.ingress.tlsSecretName');
    await expect(refusal).rejects.toThrow('api.service.nodePort');
  });
});
