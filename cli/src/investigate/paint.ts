import { styleText } from 'node:util';
import type { Writable } from 'node:stream';

/** How parts of the report stand out. */
export interface Paint {
  title: (text: string) => string;
  good: (text: string) => string;
  bad: (text: string) => string;
  dim: (text: string) => string;
}

/** Colours for a terminal that shows them (`NO_COLOR` and `FORCE_COLOR` are heeded), plain text for everything else. */
export function paintFor(stream: Writable): Paint {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) => styleText(format, text, { stream });
  return { title: style('bold'), good: style(['bold', 'green']), bad: style(['bold', 'red']), dim: style('dim') };
}
