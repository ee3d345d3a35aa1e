/** Values that a platform owner may give, each of which must render to objects that an API server takes. */
export const VALUE_SETS: Record<string, object> = {
  'the defaults': {},
  'one of each and no disruption budget': { operator: { replicas: 1 }, api: { replicas: 1 } },
  'a registry with credentials and digests': {
    image: {
      registry: 'registry.example.com:5000/team',
      tag: '1.2.3',
      pullPolicy: 'Always',
      pullSecrets: [{ name: 'r' }],
    },
    operator: { image: { digest: `sha256:${'a'.repeat(64)}` } },
    agent: { image: { name: 'mirror/nannyapi-agent' } },
  },
  'a certificate from a Secret': { api: { tls: { source: 'Secret', secret: { name: 'own-tls' } } } },
  'a certificate from a Secret, its authority from a ConfigMap': {
    api: { tls: { source: 'Secret', secret: { name: 'own-tls' }, caConfigMap: 'own-ca' } },
  },
  'a certificate from cert-manager': {
    api: { tls: { source: 'CertManager', names: ['nanny.example.com'], certManager: { issuerRef: { name: 'ca' } } } },
  },
  'a name and an address outside the cluster': {
    api: {
      service: { type: 'LoadBalancer', port: 443, annotations: { 'example.com/internal': 'true' } },
      tls: { names: ['nanny.example.com', '192.0.2.7', '2001:db8::7'] },
      agentSharedAddresses: ['10.0.0.0/8', '2001:db8::/32'],
    },
  },
  'a node port': { api: { service: { type: 'NodePort', nodePort: 30443 } } },
  'an ingress': {
    api: {
      ingress: {
        enabled: true,
        className: 'nginx',
        host: 'nanny.example.com',
        tlsSecretName: 'nanny-web',
        annotations: { 'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS' },
      },
    },
  },
  'people and hosts that come from outside': {
    api: {
      publicURL: 'https://nanny.example.com:8443',
      otherURLs: ['https://10.0.0.7:8443/'],
      agentNamespace: 'hosts',
      login: {
        sessionHours: 24,
        caConfigMap: 'sso-ca',
        providers: [
          {
            id: 'github',
            kind: 'github',
            clientID: 'Iv1.0123',
            clientSecret: { name: 'github-login', key: 'client-secret' },
            allow: { orgs: ['example'], teams: ['example/sre'] },
            groups: [{ team: 'example/sre', group: 'nannyapi:admins' }],
          },
          {
            id: 'sso',
            kind: 'oidc',
            title: 'Example',
            issuer: 'https://sso.example.com/realms/main',
            clientID: 'nanny',
            clientSecret: { name: 'sso', key: 'secret' },
            allow: { domains: ['example.com'] },
            groupsClaim: 'roles',
            logout: 'Provider',
          },
        ],
      },
    },
  },
  'people who come through an ingress, with keys of their own': {
    api: {
      publicURL: 'https://nanny.example.com/',
      trustedProxies: ['10.0.0.0/8', '2001:db8::1'],
      secretKeys: { existingSecret: 'nanny-keys' },
      ingress: { enabled: true, host: 'nanny.example.com', tlsSecretName: 'nanny-web', caConfigMap: 'web-ca' },
    },
  },
  'a gateway elsewhere, with a key': {
    tensorzero: { url: 'https://models.example.com:8443/tz', apiKeySecret: { name: 'tz' }, timeoutSeconds: 60 },
  },
  'a gateway of its own': {
    tensorzero: {
      gateway: {
        enabled: true,
        replicas: 2,
        models: '[models.investigator]\nrouting = ["main"]\n[models.investigator.providers.main]\ntype = "openai"\n',
        keys: [{ name: 'OPENAI_API_KEY', secretName: 'provider', secretKey: 'key' }],
        extraEnv: [{ name: 'RUST_LOG', value: 'warn' }],
      },
    },
  },
  'no agents, no rights, no policies': {
    agent: { enabled: false },
    rbac: { create: false, people: false },
    admission: { enabled: false },
    networkPolicy: { enabled: false },
    crds: { install: false },
    uninstall: { hook: false },
  },
  'everything placed': {
    operator: {
      nodeSelector: { pool: 'system' },
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'system', effect: 'NoSchedule' }],
      priorityClassName: 'system-cluster-critical',
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {} },
      ],
      resources: { limits: { memory: '1Gi', cpu: 2 }, requests: { cpu: '0.5' } },
    },
    api: { affinity: { podAntiAffinity: {} }, resources: { limits: { memory: null } } },
    agent: {
      tolerations: [],
      nodeSelector: { 'kubernetes.io/arch': 'amd64' },
      updateStrategy: { maxUnavailable: 3 },
      priorityClassName: '',
      url: 'https://[2001:db8::1]:8443',
      extraEnv: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=128' }],
    },
    uninstall: { nodeSelector: { pool: 'system' }, removeData: true },
  },
  'labels and annotations everywhere': {
    commonLabels: { team: 'platform', 'example.com/cost-center': '42' },
    operator: { podLabels: { mesh: 'off' }, podAnnotations: { 'example.com/a': 'b' } },
    api: { serviceAccount: { annotations: { 'example.com/role': 'api' } } },
  },
  'tight networks and metrics': {
    networkPolicy: {
      apiFrom: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
      metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
      apiServerPorts: [16443],
      apiServerTo: [{ ipBlock: { cidr: '10.0.0.1/32' } }],
      operatorEgress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: [{ port: 443 }] }],
    },
    metrics: { serviceMonitor: { enabled: true, interval: '15s', labels: { release: 'prometheus' } } },
  },
  'other names': {
    fullnameOverride: 'sick-nodes',
    nameOverride: 'nanny',
    admission: { taskCreators: ['system:serviceaccount:velero:velero'] },
  },
};
