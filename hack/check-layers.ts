/** Fails when a file imports what its room may not, naming file and import. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';
import { findLayerBreaches, LAYERS } from './checks/layers.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

const files = Object.keys(LAYERS).flatMap((room) =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
    .map((file) => join(room, file)),
);
const breaches = files.flatMap((file) => findLayerBreaches(file, importsOf(file)));
for (const breach of breaches) console.error(`${breach.file}: ${breach.message} ('${breach.specifier}')`);
console.error(`layers: ${files.length} files, ${breaches.length} breaches`);
process.exitCode = breaches.length > 0 ? 1 : 0;

function importsOf(file: string): string[] {
  const { module } = parseSync(file, readFileSync(join(ROOT, file), 'utf8'));
  const dynamic = module.dynamicImports.map((entry) =>
    sourceText(file, entry.moduleRequest.start, entry.moduleRequest.end),
  );
  const reexported = module.staticExports.flatMap((statement) =>
    statement.entries.flatMap((entry) => entry.moduleRequest?.value ?? []),
  );
  return [...module.staticImports.map((entry) => entry.moduleRequest.value), ...dynamic, ...reexported];
}

function sourceText(file: string, start: number, end: number): string {
  return readFileSync(join(ROOT, file), 'utf8').slice(start, end).replaceAll(/['"`]/g, '');
}
