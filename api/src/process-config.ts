import { loadConfig, LOG_LEVELS, type Config } from '@nannyapi/process';

/** The settings of a facade of its own, as in a cluster: standalone runs one in its own process. */
export const API_PROCESS_SETTINGS = {
  NANNYAPI_NAMESPACE: {
    description: 'Namespace of the release: that of the ServiceAccount of node agents, and of their Agents.',
    type: 'string',
    default: 'default',
    pattern: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  },
  NANNYAPI_API_KUBECONFIG: {
    description: 'A kubeconfig file. Without it the ServiceAccount of the pod is used.',
    type: 'string',
    optional: true,
  },
  NANNYAPI_API_HOST: {
    description: 'Address on which people and agents are served.',
    type: 'string',
    default: '0.0.0.0',
  },
  NANNYAPI_API_PORT: {
    description: 'Port on which people and agents are served; 0 takes any free one.',
    type: 'integer',
    default: 8443,
    min: 0,
    max: 65_535,
  },
  NANNYAPI_API_TLS_CERT_FILE: {
    description:
      'Certificate chain of the listener, PEM. It is read again when it changes; open connections go on. Without it, and without the key, plain HTTP is served, for a proxy on the same host that ends TLS.',
    type: 'string',
    optional: true,
  },
  NANNYAPI_API_TLS_KEY_FILE: {
    description: 'Private key of the certificate, PEM.',
    type: 'string',
    optional: true,
  },
  NANNYAPI_API_TOKEN_AUDIENCE: {
    description: 'Audience of the projected tokens of node agents. No other token may have it.',
    type: 'string',
    default: 'nannyapi',
    maxLength: 253,
  },
  NANNYAPI_API_AGENT_SERVICE_ACCOUNT: {
    description: 'ServiceAccount of node agents, in NANNYAPI_NAMESPACE.',
    type: 'string',
    default: 'nannyapi-agent',
    pattern: /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/,
  },
  NANNYAPI_API_AGENT_SHARED_ADDRESSES: {
    description:
      "IP addresses and CIDRs with commas between. The token of a node's agent is good from the addresses and pod ranges that its Node names, and from these. List here what a network puts in place of a node's own address: from there the token of any node is good. `0.0.0.0/0,::/0` turns the check off.",
    type: 'string',
    optional: true,
  },
  NANNYAPI_API_PUBLIC_URL: {
    description:
      'Where browsers and hosts outside of the cluster reach the API, for example https://nanny.example.com. With it people may log in and hosts be enrolled, and NANNYAPI_API_SECRET_KEYS_FILE is needed; without it neither is offered.',
    type: 'url',
    optional: true,
  },
  NANNYAPI_API_OTHER_URLS: {
    description:
      'Further addresses of the same API that hosts or browsers use, with commas between. A proof of a key is good for these and the public one alone.',
    type: 'string',
    optional: true,
    maxLength: 4096,
  },
  NANNYAPI_API_SECRET_KEYS_FILE: {
    description:
      'Keys that all replicas share, one a line, newest first, at most four: 32 random bytes each, in base64url. They protect sessions and codes. To rotate, put a new one on top and take the oldest away a day later.',
    type: 'string',
    optional: true,
  },
  NANNYAPI_API_LOGIN_CONFIG_FILE: {
    description: 'Who may log in, and by which identity provider, YAML. Without it people come with Kubernetes tokens.',
    type: 'string',
    optional: true,
  },
  NANNYAPI_API_CA_FILE: {
    description:
      'Certificate authority of the public URL, PEM, for hosts that do not know it. Absent where every system trusts it.',
    type: 'string',
    optional: true,
  },
  NANNYAPI_API_AGENT_NAMESPACE: {
    description: 'Namespace that is offered for the Agents of enrolled hosts. Default: that of the release.',
    type: 'string',
    optional: true,
    pattern: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  },
  NANNYAPI_API_AGENT_PACKAGE_FOLDER: {
    description:
      'Folder in which the agent for hosts outside of the cluster is packed at its first download, about 60 MB. Needed only with a public URL.',
    type: 'string',
    default: '/tmp/nannyapi-agent-packages',
    maxLength: 4096,
  },
  NANNYAPI_API_TRUSTED_PROXIES: {
    description:
      'IP addresses and CIDRs of proxies in front, with commas between, whose X-Forwarded-For is believed. They must append to it or replace it. Of everybody else the socket tells the address.',
    type: 'string',
    optional: true,
  },
  NANNYAPI_API_HEARTBEAT_SECONDS: {
    description: 'How often agents tell how they are.',
    type: 'integer',
    default: 30,
    min: 1,
    max: 3600,
  },
  NANNYAPI_API_SHUTDOWN_DELAY_SECONDS: {
    description:
      'How long a replica that was told to end still serves, while it says that it is not ready: so long load balancers may take to notice. The end itself takes up to 5 s more.',
    type: 'integer',
    default: 5,
    min: 0,
    max: 120,
  },
  NANNYAPI_API_PROBE_HOST: {
    description: 'Address on which health and metrics are served, without credentials.',
    type: 'string',
    default: '0.0.0.0',
  },
  NANNYAPI_API_PROBE_PORT: {
    description: 'Port of /healthz, /readyz and /metrics over plain HTTP; 0 takes any free one.',
    type: 'integer',
    default: 8081,
    min: 0,
    max: 65_535,
  },
  NANNYAPI_API_LOG_LEVEL: {
    description: 'How much is logged; JSON lines on standard error.',
    type: 'choice',
    default: 'info',
    choices: LOG_LEVELS,
  },
} as const;

/** All settings of a facade of its own. */
export type ApiProcessConfig = Config<typeof API_PROCESS_SETTINGS>;

/** Reads the settings. @throws CodedError `InvalidConfig` that names every bad one. */
export function loadApiProcessConfig(env: Readonly<Record<string, string | undefined>>): ApiProcessConfig {
  return loadConfig(API_PROCESS_SETTINGS, env);
}
