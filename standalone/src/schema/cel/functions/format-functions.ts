import { Optional } from '@marcbachmann/cel-js';
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from '../../metadata/names.ts';
import { matchesStringFormat } from '../../structural/formats.ts';
import type { FunctionEntry } from './function-entry.ts';

/** A named format of Kubernetes' format library. */
export class FormatValue {
  readonly errors: (text: string) => string[];

  constructor(errors: (text: string) => string[]) {
    this.errors = errors;
  }
}

function ofSchemaFormat(name: string): FormatValue {
  return new FormatValue((text) => (matchesStringFormat(name, text) ? [] : [`must be a valid ${name}`]));
}

/** Prefixes may end in a dash, since something is appended to them. */
function ofPrefix(errors: (text: string) => string[]): FormatValue {
  return new FormatValue((text) => errors(text.replace(/-$/, 'a')));
}

const FORMATS: Record<string, () => FormatValue> = {
  dns1123Label: () => new FormatValue(dns1123LabelErrors),
  dns1123Subdomain: () => new FormatValue(dns1123SubdomainErrors),
  dns1035Label: () => new FormatValue(dns1035LabelErrors),
  qualifiedName: () => new FormatValue(qualifiedNameErrors),
  labelValue: () => new FormatValue(labelValueErrors),
  dns1123LabelPrefix: () => ofPrefix(dns1123LabelErrors),
  dns1123SubdomainPrefix: () => ofPrefix(dns1123SubdomainErrors),
  dns1035LabelPrefix: () => ofPrefix(dns1035LabelErrors),
  uri: () => ofSchemaFormat('uri'),
  uuid: () => ofSchemaFormat('uuid'),
  byte: () => ofSchemaFormat('byte'),
  date: () => ofSchemaFormat('date'),
  datetime: () => ofSchemaFormat('datetime'),
};

/** Kubernetes' format library: `format.dns1123Label().validate(name)` is none when the text is right. */
export const FORMAT_FUNCTIONS: readonly FunctionEntry[] = [
  ...Object.entries(FORMATS).map(([name, make]): FunctionEntry => [
    `FormatNamespace.${name}(): kubernetes.Format`,
    () => make(),
  ]),
  [
    'FormatNamespace.named(string): optional<kubernetes.Format>',
    (_format: object, name: string) => {
      const make = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
      return make === undefined ? Optional.none() : Optional.of(make());
    },
  ],
  [
    'kubernetes.Format.validate(string): optional<list<string>>',
    (format: FormatValue, text: string) => {
      const errors = format.errors(text);
      return errors.length === 0 ? Optional.none() : Optional.of(errors);
    },
  ],
];
