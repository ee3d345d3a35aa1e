import { LOG_LEVELS, type Config, type LogLevel } from '@nannyapi/process';
import { readProxyRule, type ProxyRule } from './connection/proxy-rule.ts';

/** Settings of `nanny-agent`; each is a flag, or else a variable of the environment. */
export const SETTINGS = {
  NANNYAPI_AGENT_URL: {
    description:
      'Address of the control plane. An enrolled host knows it; `enroll` and a `run` with a token file need it. Plain http is refused.',
    type: 'url',
    protocols: ['https:'],
    optional: true,
  },
  NANNYAPI_AGENT_TOKEN_FILE: {
    description: 'File that holds a bearer token, as in a pod. Without it the agent is who `enroll` made it.',
    type: 'string',
    optional: true,
  },
  NANNYAPI_AGENT_CA_FILE: {
    description:
      'Certificates to trust, PEM, and no others; when absent those that `enroll` was given, else the system’s own.',
    type: 'string',
    optional: true,
  },
  NANNYAPI_AGENT_CA_FINGERPRINT: {
    description:
      'SHA-256 of the file `/ca.crt` of the control plane, in hexadecimal. `enroll` fetches that file, refuses any other, and trusts what is in it alone.',
    type: 'string',
    optional: true,
    pattern: /^(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/,
    maxLength: 95,
  },
  NANNYAPI_AGENT_ENROLLMENT_TOKEN_FILE: {
    description: 'File with an install token, `-` for standard input: `enroll` then asks no person.',
    type: 'string',
    optional: true,
  },
  NANNYAPI_AGENT_TLS_SERVER_NAME: {
    description: 'Name that the certificate of the control plane must bear, where the address is none, as in a pod.',
    type: 'string',
    optional: true,
    maxLength: 253,
  },
  NANNYAPI_AGENT_STATE_DIR: {
    description: 'Folder of the journal and of output that waits to be sent.',
    type: 'string',
    default: '/var/lib/nannyapi-agent',
  },
  NANNYAPI_AGENT_NAME: {
    description:
      'With `enroll` the name that this host would like to have: small letters, digits, dashes. With `run` a name for the log; who the agent is, its credential says.',
    type: 'string',
    optional: true,
    maxLength: 253,
  },
  NANNYAPI_AGENT_LOG_LEVEL: {
    description: 'How much is logged.',
    type: 'choice',
    choices: LOG_LEVELS,
    default: 'info',
  },
  NANNYAPI_AGENT_EXIT_WITH_STDIN: {
    description: 'Ends when standard input ends: the process that holds the other end is gone.',
    type: 'boolean',
    default: false,
  },
  NANNYAPI_AGENT_SANDBOX: {
    description: 'Takes no better cage than this, for hosts where a better one gets in the way.',
    type: 'choice',
    choices: ['Full', 'Reduced', 'Minimal'],
    default: 'Full',
  },
  NANNYAPI_AGENT_IMAGE_DIR: {
    description: 'Root of the agent’s image as the host shows it: tools that the host lacks are run from there.',
    type: 'string',
    optional: true,
  },
  NANNYAPI_AGENT_PROBE_PORT: {
    description: 'Port on 127.0.0.1 that answers /healthz and /readyz in plain HTTP; 0 opens none.',
    type: 'integer',
    min: 0,
    max: 65_535,
    default: 0,
  },
  HTTPS_PROXY: {
    description:
      'HTTP proxy through which the control plane is reached (CONNECT), with user and password if it wants them; also as `https_proxy`.',
    type: 'string',
    optional: true,
  },
  NO_PROXY: {
    description:
      'Hosts that are reached without the proxy: names with all below them, addresses, `*`, parted by commas; also as `no_proxy`.',
    type: 'string',
    optional: true,
  },
} as const;

/** The way to the control plane. */
interface WayConfig {
  caFile: string | undefined;
  tlsServerName: string | undefined;
  proxy: ProxyRule | undefined;
}

/** How the agent runs. */
export interface AgentConfig extends WayConfig {
  /** Absent: the one that the host is enrolled at. */
  url: URL | undefined;
  /** Absent: the agent is who `enroll` made it. */
  tokenFile: string | undefined;
  stateDir: string;
  name: string | undefined;
  logLevel: LogLevel;
  exitWithStdin: boolean;
  sandboxAtMost: 'Full' | 'Reduced' | 'Minimal';
  imageDir: string | undefined;
  /** 0: none. */
  probePort: number;
}

/** How a host is enrolled. */
export interface EnrollConfig extends WayConfig {
  url: URL;
  /** 64 hexadecimal digits in lower case. */
  caFingerprint: string | undefined;
  /** `-` is standard input. */
  enrollmentTokenFile: string | undefined;
  stateDir: string;
  name: string | undefined;
  /** Whether an identity that is there is given up for a new one. */
  isReplacing: boolean;
}

/** What `status` and `logout` need to know. */
export interface IdentityConfig extends WayConfig {
  url: URL | undefined;
  stateDir: string;
}

/** Flags of the command line and the settings they stand for. */
export const FLAGS = {
  url: 'NANNYAPI_AGENT_URL',
  'token-file': 'NANNYAPI_AGENT_TOKEN_FILE',
  'ca-file': 'NANNYAPI_AGENT_CA_FILE',
  'ca-fingerprint': 'NANNYAPI_AGENT_CA_FINGERPRINT',
  'enrollment-token-file': 'NANNYAPI_AGENT_ENROLLMENT_TOKEN_FILE',
  'state-dir': 'NANNYAPI_AGENT_STATE_DIR',
  name: 'NANNYAPI_AGENT_NAME',
  'log-level': 'NANNYAPI_AGENT_LOG_LEVEL',
  sandbox: 'NANNYAPI_AGENT_SANDBOX',
} as const satisfies Record<string, keyof typeof SETTINGS>;

/** What `nanny-agent --help` prints. */
export const USAGE = `nanny-agent enroll --url URL [--ca-fingerprint HEX | --ca-file FILE] [--enrollment-token-file FILE|-]
                   [--name NAME] [--state-dir DIR] [--replace]
    Makes this host known to a control plane: prints a code that a person approves there, or shows an install token.
    Exit codes: 0 enrolled, 3 enrolled before, 4 no answer, 5 denied, expired or refused.
nanny-agent run [--state-dir DIR] [--log-level LEVEL] [--sandbox Full|Reduced|Minimal] [--exit-with-stdin]
                [--url URL --token-file FILE [--ca-file FILE] [--name NAME]]
    Connects to the control plane and does what it is asked, under its own safety policy.
    Every flag can be a variable: --state-dir is NANNYAPI_AGENT_STATE_DIR.
nanny-agent status [--state-dir DIR] [--json]
    Says who this host is, where, and whether it is let in. It changes nothing.
    Exit codes: 0 all is well, 3 not enrolled, 4 the control plane does not answer, 5 it refuses this host.
nanny-agent logout [--state-dir DIR] [--force]
    Revokes the credential of this host and removes key and tokens from its disk.
nanny-agent probe
    Prints as JSON what this host can be asked, and what would let it answer more.
`;

/** The run of an agent, from its settings. @throws CodedError `InvalidConfig`. */
export function agentConfigOf(settings: Config<typeof SETTINGS>): AgentConfig {
  return {
    ...identityConfigOf(settings),
    tokenFile: settings.NANNYAPI_AGENT_TOKEN_FILE,
    name: settings.NANNYAPI_AGENT_NAME,
    logLevel: settings.NANNYAPI_AGENT_LOG_LEVEL,
    exitWithStdin: settings.NANNYAPI_AGENT_EXIT_WITH_STDIN,
    sandboxAtMost: settings.NANNYAPI_AGENT_SANDBOX,
    imageDir: settings.NANNYAPI_AGENT_IMAGE_DIR,
    probePort: settings.NANNYAPI_AGENT_PROBE_PORT,
  };
}

/** Where the identity of a host is, and the way to its control plane. @throws CodedError `InvalidConfig`. */
export function identityConfigOf(settings: Config<typeof SETTINGS>): IdentityConfig {
  const url = settings.NANNYAPI_AGENT_URL;
  return {
    url: url === undefined ? undefined : new URL(url),
    caFile: settings.NANNYAPI_AGENT_CA_FILE,
    tlsServerName: settings.NANNYAPI_AGENT_TLS_SERVER_NAME,
    proxy: readProxyRule(settings.HTTPS_PROXY, settings.NO_PROXY),
    stateDir: settings.NANNYAPI_AGENT_STATE_DIR,
  };
}
