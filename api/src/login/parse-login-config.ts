import { readFile } from 'node:fs/promises';
import { CodedError, errorMessage } from '@nannyapi/process';
import { loadAll } from 'js-yaml';
import { FieldReader } from './field-reader.ts';
import type { LoginConfig } from './login-config.ts';
import { readProvider } from './read-provider-config.ts';

/** Largest file that is read, in characters. */
const MAX_LENGTH = 256 * 1024;
const FIELDS = ['providers', 'sessionIdleMinutes', 'sessionHours', 'insecureIssuers'];

/**
 * Reads the login configuration, YAML. `docs/guides/login.md` describes its fields.
 *
 * @throws CodedError `InvalidConfig` with every problem and the path of its field. Values are not repeated: one may be a
 *   secret in the wrong place.
 */
export function parseLoginConfig(yaml: string): LoginConfig {
  const reader = new FieldReader();
  const root = reader.map('', parseYaml(yaml), FIELDS);
  const { insecureIssuers: insecure = 'Refused' } = root;
  const insecureIssuers = reader.choice('insecureIssuers', insecure, ['Refused', 'Loopback']);
  const providers = reader
    .list('providers', root['providers'], 16)
    .map((value, index) => readProvider(reader, `providers[${index}]`, { value, insecureIssuers }));
  const seen = new Set<string>();
  for (const [index, { id }] of providers.entries()) {
    // People are known by provider and subject: two issuers under one id could name two people alike.
    if (id !== '' && seen.has(id)) reader.fault(`providers[${index}].id`, 'is the id of another provider too');
    seen.add(id);
  }
  const config: LoginConfig = {
    providers,
    sessionIdleMinutes: reader.integer('sessionIdleMinutes', root['sessionIdleMinutes'], {
      min: 10,
      max: 1440,
      default: 60,
    }),
    sessionHours: reader.integer('sessionHours', root['sessionHours'], { min: 1, max: 168, default: 12 }),
    insecureIssuers,
  };
  reader.finish('login configuration');
  return config;
}

/**
 * Reads the login configuration from its file, and checks that the files of the secrets can be read.
 *
 * @throws CodedError `InvalidConfig` as {@link parseLoginConfig}, also when a file cannot be read.
 */
export async function readLoginConfig(path: string): Promise<LoginConfig> {
  const config = parseLoginConfig(await readText(path));
  const reader = new FieldReader();
  for (const [index, { clientSecretFile }] of config.providers.entries()) {
    const problem = await secretProblem(clientSecretFile);
    if (problem) reader.fault(`providers[${index}].clientSecretFile`, problem);
  }
  reader.finish('login configuration');
  return config;
}

/** The secret of a provider. @throws Error when the file cannot be read or is empty. */
export async function readClientSecret(path: string): Promise<string> {
  const secret = (await readFile(path, 'utf8')).trim();
  if (secret === '') throw new Error('The file of the client secret is empty');
  return secret;
}

async function secretProblem(path: string): Promise<string | undefined> {
  try {
    await readClientSecret(path);
    return undefined;
  } catch (error) {
    return `cannot be used: ${errorMessage(error)}`;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw invalid(`the file cannot be read: ${errorMessage(cause)}`, cause);
  }
}

function parseYaml(yaml: string): unknown {
  if (yaml.length > MAX_LENGTH) throw invalid(`the file is larger than ${MAX_LENGTH} characters`);
  let documents: unknown[];
  try {
    documents = loadAll(yaml);
  } catch (error) {
    // The parser quotes the line that it stumbled over, and that line may hold a secret.
    const mark = (error as { mark?: { line?: number } }).mark?.line;
    throw invalid(`the file is not YAML${mark === undefined ? '' : `, see line ${mark + 1}`}`);
  }
  if (documents.length > 1) throw invalid('the file holds more than one YAML document');
  return documents[0] ?? {};
}

function invalid(problem: string, cause?: unknown): CodedError {
  const message = `Invalid login configuration: ${problem}`;
  return new CodedError({ code: 'InvalidConfig', message, status: 400, cause });
}
