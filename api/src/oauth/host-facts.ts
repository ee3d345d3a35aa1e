import { textUpTo, type FieldRule, type Form } from './form.ts';
import { OAuthError } from './oauth-error.ts';

/** What a host says of itself when it is enrolled; none of it is proved. */
export interface HostFacts {
  hostname?: string | undefined;
  /** The name that it wants its Agent to have. */
  requestedName?: string | undefined;
  machineID?: string | undefined;
  bootID?: string | undefined;
  version?: string | undefined;
  arch?: string | undefined;
  osName?: string | undefined;
  capabilities: string[];
}

/** Most capabilities, and the longest one, in characters; as the DeviceCode takes them. */
const MAX_CAPABILITIES = 16;
const MAX_CAPABILITY_LENGTH = 64;

const AGENT_NAME: FieldRule = {
  maxLength: 63,
  pattern: /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
  allowed: '1 to 63 small letters, digits and dashes, the first and last no dash',
};
const VERSION: FieldRule = {
  maxLength: 64,
  pattern: /^[0-9A-Za-z.+-]+$/,
  allowed: 'at most 64 letters, digits, dots, pluses and dashes',
};
const ID = textUpTo(64);

/** The facts in a form. @throws OAuthError `invalid_request` that names the field. */
export function readHostFacts(form: Form): HostFacts {
  return {
    hostname: form.optional('hostname', textUpTo(253)),
    requestedName: form.optional('agent_name', AGENT_NAME),
    ...readMachine(form),
    version: form.optional('version', VERSION),
    arch: form.optional('arch', textUpTo(32)),
    osName: form.optional('os_name', textUpTo(128)),
    capabilities: readCapabilities(form),
  };
}

/** Which machine it is, and since which boot. @throws OAuthError `invalid_request` that names the field. */
export function readMachine(form: Form): Pick<HostFacts, 'machineID' | 'bootID'> {
  return { machineID: form.optional('machine_id', ID), bootID: form.optional('boot_id', ID) };
}

function readCapabilities(form: Form): string[] {
  const allowed = `at most ${MAX_CAPABILITIES} words of at most ${MAX_CAPABILITY_LENGTH} characters`;
  const text = form.optional('capabilities', { maxLength: MAX_CAPABILITIES * (MAX_CAPABILITY_LENGTH + 1), allowed });
  const words = [...new Set((text ?? '').split(' ').filter((word) => word !== ''))];
  if (words.length > MAX_CAPABILITIES || words.some((word) => word.length > MAX_CAPABILITY_LENGTH))
    throw new OAuthError('invalid_request', `capabilities must be ${allowed}`);
  return words;
}
