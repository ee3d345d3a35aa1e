import { parseArgs } from 'node:util';
import { CodedError, LOG_LEVELS, errorMessage, loadConfig, type Config, type LogLevel } from '@nannyapi/process';

/** Settings of `nanny-agent run`; each is a flag, or else a variable of the environment. */
export const SETTINGS = {
  NANNYAPI_AGENT_URL: {
    description: 'Address of the control plane.',
    type: 'url',
    protocols: ['https:'],
  },
  NANNYAPI_AGENT_TOKEN_FILE: { description: 'File that holds the bearer token.', type: 'string' },
  NANNYAPI_AGENT_CA_FILE: {
    description: 'Certificates to trust, PEM; the system’s own when absent.',
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
    description: 'Name for the log. Who the agent is, the token says.',
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
} as const;

/** How the agent runs. */
export interface AgentConfig {
  url: URL;
  tokenFile: string;
  caFile: string | undefined;
  stateDir: string;
  name: string | undefined;
  logLevel: LogLevel;
  exitWithStdin: boolean;
  sandboxAtMost: 'Full' | 'Reduced' | 'Minimal';
  tlsServerName: string | undefined;
  imageDir: string | undefined;
  /** 0: none. */
  probePort: number;
}

/** What the command line asks for. */
export type Invocation =
  | { verb: 'run'; config: AgentConfig }
  | { verb: 'probe'; stateDir: string | undefined; imageDir: string | undefined }
  | { verb: 'help' };

/** Flags of the command line and the settings they stand for. */
export const FLAGS = {
  url: 'NANNYAPI_AGENT_URL',
  'token-file': 'NANNYAPI_AGENT_TOKEN_FILE',
  'ca-file': 'NANNYAPI_AGENT_CA_FILE',
  'state-dir': 'NANNYAPI_AGENT_STATE_DIR',
  name: 'NANNYAPI_AGENT_NAME',
  'log-level': 'NANNYAPI_AGENT_LOG_LEVEL',
  sandbox: 'NANNYAPI_AGENT_SANDBOX',
} as const satisfies Record<string, keyof typeof SETTINGS>;

/** What `nanny-agent --help` prints. */
export const USAGE = `nanny-agent run --url URL --token-file FILE [--ca-file FILE] [--state-dir DIR] [--name NAME]
                [--log-level LEVEL] [--sandbox Full|Reduced|Minimal] [--exit-with-stdin]
    Connects to the control plane and does what it is asked, under its own safety policy.
    Every flag can be a variable: --token-file is NANNYAPI_AGENT_TOKEN_FILE.
nanny-agent probe
    Prints as JSON what this host can be asked, and what would let it answer more.
`;

/**
 * Reads the command line and the environment.
 *
 * @throws CodedError `Usage` for a verb or flag that is none, `InvalidConfig` naming every bad setting at once.
 */
export function readInvocation(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Invocation {
  const { values, positionals } = parse(args);
  const [verb, ...rest] = positionals;
  if (values.help === true || verb === 'help') return { verb: 'help' };
  if (rest.length > 0 || (verb !== 'run' && verb !== 'probe')) {
    throw new CodedError({
      code: 'Usage',
      message: `Unknown verb: ${positionals.join(' ')}; run or probe`,
      status: 400,
    });
  }
  const settings: Record<string, string | undefined> = { ...env };
  for (const [flag, name] of Object.entries(FLAGS)) {
    const value = values[flag];
    if (typeof value === 'string') settings[name] = value;
  }
  if (values['exit-with-stdin'] === true) settings.NANNYAPI_AGENT_EXIT_WITH_STDIN = 'true';
  if (verb === 'probe') {
    return { verb, stateDir: settings.NANNYAPI_AGENT_STATE_DIR, imageDir: settings.NANNYAPI_AGENT_IMAGE_DIR };
  }
  return { verb, config: configOf(loadConfig(SETTINGS, settings)) };
}

function parse(args: readonly string[]): {
  values: Record<string, string | boolean | undefined>;
  positionals: string[];
} {
  const flags = Object.fromEntries(Object.keys(FLAGS).map((flag) => [flag, { type: 'string' as const }]));
  try {
    const options = {
      ...flags,
      'exit-with-stdin': { type: 'boolean' as const },
      help: { type: 'boolean' as const, short: 'h' },
    };
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    throw new CodedError({ code: 'Usage', message: errorMessage(cause), status: 400, cause });
  }
}

function configOf(settings: Config<typeof SETTINGS>): AgentConfig {
  return {
    url: new URL(settings.NANNYAPI_AGENT_URL),
    tokenFile: settings.NANNYAPI_AGENT_TOKEN_FILE,
    caFile: settings.NANNYAPI_AGENT_CA_FILE,
    stateDir: settings.NANNYAPI_AGENT_STATE_DIR,
    name: settings.NANNYAPI_AGENT_NAME,
    logLevel: settings.NANNYAPI_AGENT_LOG_LEVEL,
    exitWithStdin: settings.NANNYAPI_AGENT_EXIT_WITH_STDIN,
    sandboxAtMost: settings.NANNYAPI_AGENT_SANDBOX,
    tlsServerName: settings.NANNYAPI_AGENT_TLS_SERVER_NAME,
    imageDir: settings.NANNYAPI_AGENT_IMAGE_DIR,
    probePort: settings.NANNYAPI_AGENT_PROBE_PORT,
  };
}
