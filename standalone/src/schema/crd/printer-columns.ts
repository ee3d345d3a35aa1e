import type { Cause, PrinterColumn } from '../kinds.ts';
import { invalid, required } from '../structural/cause.ts';

const TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

/** Violations in the printer columns of a version. Paths are judged by their first letter alone, as kube-apiserver does. */
export function printerColumnCauses(columns: readonly PrinterColumn[] | undefined, path: string): Cause[] {
  return (columns ?? []).flatMap((column, index) => columnCauses(column, `${path}[${index}]`));
}

function columnCauses({ name, type, format, jsonPath }: Partial<PrinterColumn>, path: string): Cause[] {
  const causes: Cause[] = [];
  const oneOf = (words: readonly string[]): string => `must be one of ${words.join(',')}`;
  if ((name ?? '') === '') causes.push(required(`${path}.name`));
  if ((type ?? '') === '') causes.push(required(`${path}.type`, oneOf(TYPES)));
  else if (!TYPES.includes(type ?? '')) causes.push(invalid(`${path}.type`, type, oneOf(TYPES)));
  if ((format ?? '') !== '' && !FORMATS.includes(format ?? '')) {
    causes.push(invalid(`${path}.format`, format, oneOf(FORMATS)));
  }
  return [...causes, ...simplePathCauses(jsonPath, `${path}.JSONPath`)];
}

/** Violations of a path that must be there and begin with a dot. */
export function simplePathCauses(jsonPath: string | undefined, path: string): Cause[] {
  if (jsonPath === undefined || jsonPath === '') return [required(path)];
  return jsonPath.startsWith('.') ? [] : [invalid(path, jsonPath, 'must be a simple json path starting with .')];
}
