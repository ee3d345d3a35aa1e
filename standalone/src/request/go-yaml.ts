import {
  boolYaml11Tag,
  CORE_SCHEMA,
  defineScalarTag,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  YAMLException,
  type Schema,
} from 'js-yaml';
import { badRequest } from '../status/status-error.ts';

/** Integers in the spellings of Go: with underscores, octal by a leading zero, binary, hexadecimal. */
const INTEGER =
  /^(?<sign>[-+]?)(?:0b(?<binary>[01_]+)|0o?(?<octal>[0-7_]+)|0x(?<hex>[\da-f_]+)|(?<decimal>\d[\d_]*))$/i;
/** Digits beyond which a number is no 64-bit integer, whatever its base. */
const MAX_DIGITS = 64;
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * The first document of a YAML text, read as kube-apiserver reads it (YAML 1.1 but for times and base 60); null when
 * there is none.
 *
 * Of a key that stands twice the last value counts; {@link repeatedYamlKeys} finds those. Depth and size are the
 * caller's to check.
 *
 * @throws StatusError BadRequest for text that does not parse.
 */
export function parseYaml(text: string): unknown {
  return read(text, true);
}

/** What kube-apiserver says of the first key that stands twice in one map; nothing when none does. */
export function repeatedYamlKeys(text: string): string[] {
  try {
    read(text, false);
    return [];
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof YAMLException) || cause.reason !== 'duplicated mapping key') return [];
    const lines = text.split('\n');
    const line = cause.mark?.line ?? 0;
    const { key = '', rest = '' } = KEY.exec(lines[line] ?? '')?.groups ?? {};
    const named = JSON.stringify(key.replace(/^(["'])(.*)\1$/, '$2'));
    return [`line ${valueLine(lines, line, rest) + 1}: key ${named} already set in map`];
  }
}

/** A key at the beginning of a line, and what follows its colon. */
const KEY = /^[\s?-]*(?<key>[^:]*?)\s*:(?<rest>.*)$/;

/** Index of the line where the value of a key begins: that is the one Go's parser names. */
function valueLine(lines: readonly string[], line: number, rest: string): number {
  if (!isBlank(rest)) return line;
  const below = lines.findIndex((text, index) => index > line && !isBlank(text));
  return below < 0 ? line : below;
}

function isBlank(text: string): boolean {
  return /^\s*(?:#.*)?$/.test(text);
}

function read(text: string, takesRepeatedKeys: boolean): unknown {
  try {
    return loadAll(text, { schema: goSchema(), json: takesRepeatedKeys })[0] ?? null;
  } catch (error) {
    throw Object.assign(badRequest(`error decoding YAML: ${error instanceof Error ? error.message : ''}`), {
      cause: error,
    });
  }
}

function goSchema(): Schema {
  return CORE_SCHEMA.withTags(mergeTag, boolYaml11Tag, goIntegerTag(), anyTag('!'), anyTag('tag:yaml.org,2002:'));
}

function goIntegerTag(): ReturnType<typeof defineScalarTag> {
  return defineScalarTag('tag:yaml.org,2002:int', {
    implicit: true,
    identify: () => false,
    resolve: (source) => integerOf(source) ?? NOT_RESOLVED,
  });
}

function integerOf(source: string): number | undefined {
  const { sign, binary, octal, hex, decimal } = INTEGER.exec(source)?.groups ?? {};
  const digits = (binary ?? octal ?? hex ?? decimal ?? '').replaceAll('_', '');
  if (digits === '' || digits.length > MAX_DIGITS) return undefined;
  const prefix = binary !== undefined ? '0b' : octal !== undefined ? '0o' : hex !== undefined ? '0x' : '';
  const value = BigInt(prefix + digits);
  if (value > MAX_UINT64) return undefined;
  return Number(sign === '-' ? -value : value);
}

/** A tag that nobody knows is read past, and its value is text. */
function anyTag(prefix: string): ReturnType<typeof defineScalarTag> {
  return defineScalarTag(prefix, { matchByTagPrefix: true, identify: () => false, resolve: (source) => source });
}
