import { Environment } from '@marcbachmann/cel-js';
import { FORMAT_FUNCTIONS, FormatValue } from './functions/format-functions.ts';
import { CidrValue, IP_FUNCTIONS, IpValue } from './functions/ip-functions.ts';
import { LIST_FUNCTIONS, SET_FUNCTIONS } from './functions/list-functions.ts';
import { QUANTITY_FUNCTIONS, QuantityValue } from './functions/quantity-functions.ts';
import { STRING_FUNCTIONS } from './functions/string-functions.ts';
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

/**
 * A CEL environment with the functions that Kubernetes adds, without variables; clone it to declare those.
 *
 * Not offered: the semver, authorizer and two-variable comprehension libraries, and cost limits.
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
  ];
  for (const [signature, handler] of tables.flat()) environment.registerFunction(signature, handler);
  return environment;
}

function registerTypes(environment: Environment): void {
  environment
    .registerType('kubernetes.URL', UrlValue)
    .registerType('kubernetes.Quantity', QuantityValue)
    .registerType('kubernetes.Format', FormatValue)
    .registerType('net.IP', IpValue)
    .registerType('net.CIDR', CidrValue)
    .registerType('SetsNamespace', SetsNamespace)
    .registerType('IpNamespace', IpNamespace)
    .registerType('FormatNamespace', FormatNamespace)
    .registerConstant('sets', 'SetsNamespace', new SetsNamespace())
    .registerConstant('ip', 'IpNamespace', new IpNamespace())
    .registerConstant('format', 'FormatNamespace', new FormatNamespace())
    .registerOperator('kubernetes.URL == kubernetes.URL', (a: UrlValue, b: UrlValue) => a.equals(b))
    .registerOperator('net.IP == net.IP', (a: IpValue, b: IpValue) => a.toString() === b.toString())
    .registerOperator('net.CIDR == net.CIDR', (a: CidrValue, b: CidrValue) => a.toString() === b.toString())
    .registerOperator(
      'kubernetes.Quantity == kubernetes.Quantity',
      (a: QuantityValue, b: QuantityValue) => a.scaled === b.scaled,
    );
}
