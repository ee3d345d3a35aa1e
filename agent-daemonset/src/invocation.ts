import { parseArgs } from 'node:util';
import { CodedError, errorMessage, loadConfig, type Config } from '@nannyapi/process';
import {
  FLAGS,
  SETTINGS,
  agentConfigOf,
  identityConfigOf,
  type AgentConfig,
  type EnrollConfig,
  type IdentityConfig,
} from './config.ts';

/** What the command line asks for. */
export type Invocation =
  | { verb: 'run'; config: AgentConfig }
  | { verb: 'enroll'; config: EnrollConfig }
  | { verb: 'status'; config: IdentityConfig; isJson: boolean }
  | { verb: 'logout'; config: IdentityConfig & { isForced: boolean } }
  | { verb: 'probe'; stateDir: string | undefined; imageDir: string | undefined }
  | { verb: 'help' };

const VERBS = ['run', 'enroll', 'status', 'logout', 'probe'] as const;
type Verb = (typeof VERBS)[number];

/** Flags that only some verbs know, and flags without a value. */
const SWITCHES = {
  'exit-with-stdin': ['run'],
  replace: ['enroll'],
  json: ['status'],
  force: ['logout'],
} as const satisfies Record<string, readonly Verb[]>;

/**
 * Reads the command line and the environment.
 *
 * @throws CodedError `Usage` for a verb or flag that is none, `InvalidConfig` naming every bad setting at once.
 */
export function readInvocation(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Invocation {
  const { values, positionals } = parse(args);
  const [word, ...rest] = positionals;
  if (values.help === true || word === 'help') return { verb: 'help' };
  const verb = VERBS.find((known) => known === word);
  if (verb === undefined || rest.length > 0)
    throw usage(`Unknown verb: ${positionals.join(' ')}; one of ${VERBS.join(', ')}`);
  refuseForeignSwitches(verb, values);
  return invocationOf(verb, values, settingsOf(values, env));
}

type Values = Record<string, string | boolean | undefined>;
type Texts = Readonly<Record<string, string | undefined>>;

function invocationOf(verb: Verb, values: Values, texts: Texts): Invocation {
  if (verb === 'probe')
    return { verb, stateDir: texts.NANNYAPI_AGENT_STATE_DIR, imageDir: texts.NANNYAPI_AGENT_IMAGE_DIR };
  const settings = loadConfig(SETTINGS, texts);
  if (verb === 'status') return { verb, config: identityConfigOf(settings), isJson: values.json === true };
  if (verb === 'logout') return { verb, config: { ...identityConfigOf(settings), isForced: values.force === true } };
  if (verb === 'enroll') return { verb, config: enrollConfigOf(settings, values.replace === true) };
  const config = agentConfigOf(settings);
  if (config.tokenFile !== undefined && config.url === undefined) throw missingUrl('a token file');
  return { verb, config };
}

function enrollConfigOf(settings: Config<typeof SETTINGS>, isReplacing: boolean): EnrollConfig {
  const config = identityConfigOf(settings);
  if (config.url === undefined) throw missingUrl('enroll');
  const { NANNYAPI_AGENT_NAME: name } = settings;
  if (name !== undefined && !/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw invalid('NANNYAPI_AGENT_NAME must be 1 to 63 small letters, digits and dashes, the first and last no dash');
  }
  return {
    ...config,
    url: config.url,
    caFingerprint: settings.NANNYAPI_AGENT_CA_FINGERPRINT?.replaceAll(':', '').toLowerCase(),
    enrollmentTokenFile: settings.NANNYAPI_AGENT_ENROLLMENT_TOKEN_FILE,
    name,
    isReplacing,
  };
}

function settingsOf(values: Values, env: Texts): Texts {
  const texts: Record<string, string | undefined> = { ...env };
  for (const name of ['HTTPS_PROXY', 'NO_PROXY']) {
    if ((texts[name] ?? '') === '') texts[name] = env[name.toLowerCase()];
  }
  for (const [flag, name] of Object.entries(FLAGS)) {
    const value = values[flag];
    if (typeof value === 'string') texts[name] = value;
  }
  if (values['exit-with-stdin'] === true) texts.NANNYAPI_AGENT_EXIT_WITH_STDIN = 'true';
  return texts;
}

function refuseForeignSwitches(verb: Verb, values: Values): void {
  for (const [flag, verbs] of Object.entries<readonly Verb[]>(SWITCHES)) {
    if (values[flag] === true && !verbs.includes(verb)) throw usage(`--${flag} belongs to ${verbs.join(', ')}`);
  }
}

function parse(args: readonly string[]): { values: Values; positionals: string[] } {
  const flags = Object.fromEntries(Object.keys(FLAGS).map((flag) => [flag, { type: 'string' as const }]));
  const switches = Object.fromEntries(Object.keys(SWITCHES).map((flag) => [flag, { type: 'boolean' as const }]));
  try {
    const options = { ...flags, ...switches, help: { type: 'boolean' as const, short: 'h' } };
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    throw usage(errorMessage(cause), cause);
  }
}

function missingUrl(what: string): CodedError {
  return invalid(`NANNYAPI_AGENT_URL is required with ${what}: a URL that starts with https://`);
}

function invalid(problem: string): CodedError {
  return new CodedError({ code: 'InvalidConfig', message: `Invalid configuration: ${problem}`, status: 400 });
}

function usage(message: string, cause?: unknown): CodedError {
  return new CodedError({ code: 'Usage', message, status: 400, cause });
}
