import { CodedError, type ErrorDetail } from './coded-error.ts';

/** What one setting may be. Values come as strings; an absent or empty one takes the default. */
export type Setting = {
  /** Says what the setting does; the reference documentation prints it. */
  description: string;
  /** Without a default an optional setting is `undefined` when absent; every other one is then required. */
  optional?: boolean;
} & (
  | { type: 'string'; default?: string; pattern?: RegExp; maxLength?: number }
  | { type: 'integer'; default?: number; min: number; max: number }
  | { type: 'boolean'; default?: boolean }
  | { type: 'url'; default?: string; protocols?: readonly string[] }
  | { type: 'choice'; default?: string; choices: readonly string[] }
);

/** Settings by the name of their variable, for example `NANNYAPI_PORT`. */
export type ConfigSchema = Record<string, Setting>;

interface ValueOfType {
  string: string;
  integer: number;
  boolean: boolean;
  url: string;
}

type SettingValue<S extends Setting> = S extends { type: 'choice'; choices: readonly (infer C)[] }
  ? C
  : S['type'] extends keyof ValueOfType
    ? ValueOfType[S['type']]
    : string;

/** The values of a schema; only optional settings without a default may be `undefined`. */
export type Config<Schema extends ConfigSchema> = {
  [Name in keyof Schema]: Schema[Name] extends { optional: true }
    ? Schema[Name] extends { default: unknown }
      ? SettingValue<Schema[Name]>
      : SettingValue<Schema[Name]> | undefined
    : SettingValue<Schema[Name]>;
};

type Parsed = { value: unknown } | { problem: string };

/**
 * Reads settings from an environment-like record.
 *
 * @throws CodedError `InvalidConfig` (400) that names every bad setting and what is allowed, all at once,
 *   so that a person corrects them in one go. Bad values are not repeated: one may be a secret.
 */
export function loadConfig<const Schema extends ConfigSchema>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): Config<Schema> {
  const details: ErrorDetail[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(schema)) {
    const parsed = readSetting(setting, env[name]);
    if ('problem' in parsed) details.push({ field: name, message: parsed.problem });
    else values[name] = parsed.value;
  }
  if (details.length > 0) {
    const lines = details.map(({ field, message }) => `${field} ${message}`);
    throw new CodedError({
      code: 'InvalidConfig',
      message: `Invalid configuration: ${lines.join('; ')}`,
      status: 400,
      details,
    });
  }
  return values as Config<Schema>;
}

function readSetting(setting: Setting, text: string | undefined): Parsed {
  if (text !== undefined && text !== '') return parse(setting, text);
  if (setting.default !== undefined || setting.optional) return { value: setting.default };
  return { problem: `is required: ${allowed(setting)}` };
}

function parse(setting: Setting, text: string): Parsed {
  const value = parseValue(setting, text);
  return value === undefined ? { problem: `must be ${allowed(setting)}` } : { value };
}

/** The value that the text stands for, or `undefined` when it stands for none. */
function parseValue(setting: Setting, text: string): unknown {
  switch (setting.type) {
    case 'string':
      return text.length <= maxLength(setting) && (setting.pattern?.test(text) ?? true) ? text : undefined;
    case 'integer': {
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= setting.min && value <= setting.max ? value : undefined;
    }
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'url':
      return protocols(setting).includes(URL.parse(text)?.protocol ?? '') ? text : undefined;
    case 'choice':
      break;
  }
  return setting.choices.includes(text) ? text : undefined;
}

function allowed(setting: Setting): string {
  switch (setting.type) {
    case 'string': {
      const pattern = setting.pattern ? ` matching ${setting.pattern.source}` : '';
      return `a string of 1 to ${maxLength(setting)} characters${pattern}`;
    }
    case 'integer':
      return `an integer from ${setting.min} to ${setting.max}`;
    case 'boolean':
      return 'true or false';
    case 'url':
      return `a URL that starts with ${protocols(setting)
        .map((protocol) => `${protocol}//`)
        .join(' or ')}`;
    case 'choice':
      break;
  }
  return `one of ${setting.choices.join(', ')}`;
}

function maxLength(setting: { maxLength?: number }): number {
  return setting.maxLength ?? 4096;
}

function protocols(setting: { protocols?: readonly string[] }): readonly string[] {
  return setting.protocols ?? ['https:', 'http:'];
}
