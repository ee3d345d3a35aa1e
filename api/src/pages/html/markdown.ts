import MarkdownIt from 'markdown-it';
import { renderedByMarkdown, type Html } from './html.ts';

/**
 * What is left out of Markdown. HTML would let a model write the page; a link or an image could send a person, or the
 * browser, where a hostile log wants them: a plan names commands, and addresses stay text that can be read first.
 */
const LEFT_OUT = ['link', 'image', 'autolink', 'reference', 'html_inline', 'html_block'];

/** Headings of a plan stand below that of its section. */
const HEADING_OFFSET = 2;

/** Makes the renderer of plans: a function from Markdown to markup in which nothing but text, lists and code is left. */
export function createMarkdownRenderer(): (markdown: string) => Html {
  const renderer = new MarkdownIt({ html: false, linkify: false, typographer: false, breaks: false });
  renderer.disable(LEFT_OUT);
  renderer.core.ruler.push('headings', ({ tokens }) => {
    for (const token of tokens) {
      if (token.type !== 'heading_open' && token.type !== 'heading_close') continue;
      token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + HEADING_OFFSET)}`;
    }
  });
  return (markdown) => renderedByMarkdown(renderer.render(markdown));
}
