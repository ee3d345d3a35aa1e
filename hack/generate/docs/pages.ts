import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '../../..');

/** One page below `docs/`. */
export interface Page {
  /** Below the root, with slashes. */
  path: string;
  text: string;
}

/** Every Markdown page of the documentation. */
export function readPages(): Page[] {
  return readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .toSorted()
    .map((file) => ({ path: `docs/${file}`, text: readFileSync(join(ROOT, 'docs', file), 'utf8') }));
}

/** The text of a page without its blocks of code. */
export function proseOf(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
}

/** What a page shows as code: the lines of its blocks, and the spans in its prose. */
export function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^ *```[a-z]*\n([\s\S]*?)^ *```$/gm)].flatMap(([, body = '']) => body.split('\n'));
  const spans = [...proseOf(text).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  return [...blocks, ...spans];
}

/** The anchors of the headings of a page, as GitHub makes them. */
export function anchorsOf(text: string): string[] {
  return [...proseOf(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
