import { Environment } from '@marcbachmann/cel-js';
import { FORMAT_FUNCTIONS, FormatValue } from './functions/format-functions.ts';
import { CidrValue, IP_FUNCTIONS, IpValue } from './functions/ip-functions.ts';
import { celTime } from './functions/format-text.ts';
import type { FunctionEntry } from './functions/function-entry.ts';
import { LIST_FUNCTIONS, SET_FUNCTIONS } from './functions/list-functions.ts';
import { ONE_VARIABLE_MACROS } from './functions/one-variable-macros.ts';
import { OPTIONAL_FUNCTIONS } from './functions/optional-functions.ts';
import { QUANTITY_FUNCTIONS, QuantityValue } from './functions/quantity-functions.ts';
import { SEMVER_FUNCTIONS, SemverValue } from './functions/semver-functions.ts';
import { STRING_FUNCTIONS } from './functions/string-functions.ts';
import { TWO_VARIABLE_MACROS } from './functions/two-variable-macros.ts';
import { URL_FUNCTIONS, UrlValue } from './functions/url-functions.ts';

/** Receivers of functions that are called on a library's name, such as `sets.contains(a, b)`. */
class SetsNamespace {
  readonly library = 'sets';
}
class IpNamespace {
  readonly library = 'ip';
}
class FormatNamespace {
  readonly library = 'format';
}
class ListsNamespace {
  readonly library = 'lists';
}
class StringsNamespace {
  readonly library = 'strings';
}

/** Conversions of times that cel-js lacks. */
const CONVERSIONS: readonly FunctionEntry[] = [
  ['string(google.protobuf.Timestamp): string', celTime],
  ['string(google.protobuf.Duration): string', (duration: { toString(): string }) => duration.toString()],
  ['int(google.protobuf.Timestamp): int', (time: Date) => BigInt(Math.floor(time.getTime() / 1000))],
];

/**
 * A CEL environment with the functions that Kubernetes adds, without variables; clone it to declare those.
 *
 * Not offered: the authorizer library (no rule of a CRD can use it), optional entries in list and map literals, and
 * cost limits.
 */
export function kubernetesEnvironment(): Environment {
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
  registerTypes(environment);
  const tables = [
    LIST_FUNCTIONS,
    SET_FUNCTIONS,
    STRING_FUNCTIONS,
    URL_FUNCTIONS,
    IP_FUNCTIONS,
    QUANTITY_FUNCTIONS,
    FORMAT_FUNCTIONS,
    SEMVER_FUNCTIONS,
    OPTIONAL_FUNCTIONS,
    CONVERSIONS,
    ONE_VARIABLE_MACROS,
    TWO_VARIABLE_MACROS,
  ];
  for (const [signature, handler] of tables.flat()) environment.registerFunction(signature, handler);
  return environment;
}

function registerTypes(environment: Environment): void {
  environment
    .registerType('kubernetes.URL', UrlValue)
    .registerType('kubernetes.Quantity', QuantityValue)
    .registerType('kubernetes.Format', FormatValue)
    .registerType('kubernetes.Semver', SemverValue)
    .registerType('net.IP', IpValue)
    .registerType('net.CIDR', CidrValue)
    .registerType('SetsNamespace', SetsNamespace)
    .registerType('IpNamespace', IpNamespace)
    .registerType('FormatNamespace', FormatNamespace)
    .registerType('ListsNamespace', ListsNamespace)
    .registerType('StringsNamespace', StringsNamespace)
    .registerConstant('lists', 'ListsNamespace', new ListsNamespace())
    .registerConstant('strings', 'StringsNamespace', new StringsNamespace())
    .registerConstant('sets', 'SetsNamespace', new SetsNamespace())
    .registerConstant('ip', 'IpNamespace', new IpNamespace())
    .registerConstant('format', 'FormatNamespace', new FormatNamespace())
    .registerOperator('bytes < bytes', (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) < 0)
    .registerOperator('kubernetes.Semver == kubernetes.Semver', (a: SemverValue, b: SemverValue) => a.compare(b) === 0n)
    .registerOperator('kubernetes.URL == kubernetes.URL', (a: UrlValue, b: UrlValue) => a.text === b.text)
    .registerOperator('net.IP == net.IP', (a: IpValue, b: IpValue) => a.toString() === b.toString())
    .registerOperator('net.CIDR == net.CIDR', (a: CidrValue, b: CidrValue) => a.toString() === b.toString())
    .registerOperator(
      'kubernetes.Quantity == kubernetes.Quantity',
      (a: QuantityValue, b: QuantityValue) => a.scaled === b.scaled,
    );
}
