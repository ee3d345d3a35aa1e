import { describe, expect, it } from 'vitest';
import { createMarkdownRenderer } from './markdown.ts';

const render = createMarkdownRenderer();

describe('plans in Markdown', () => {
  it('have steps, code and emphasis', () => {
    expect(String(render('1. Run `df -h`.\n2. **Stop** it:\n\n   ```sh\n   kill 7\n   ```'))).toContain(
      '<ol>\n<li>\n<p>Run <code>df -h</code>.</p>\n</li>\n<li>\n<p><strong>Stop</strong> it:</p>\n<pre><code class="language-sh">kill 7\n</code></pre>',
    );
  });

  it('have headings below that of the page', () => {
    expect(String(render('# First'))).toBe('<h3>First</h3>\n');
    expect(String(render('###### Last'))).toBe('<h6>Last</h6>\n');
  });

  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '[reset your password](https://evil.example/)',
    '![x](https://evil.example/pixel.png)',
    '<https://evil.example>',
    '[a]: https://evil.example\n\n[a]',
    'https://evil.example',
    '<svg/onload=alert(1)>',
    '```"><script>alert(1)</script>\nx\n```',
    '`<b>`',
    '<!-- --><style>*{display:none}</style>',
    '&lt;script&gt;',
    '| a |\n|---|\n| <b onclick=x> |',
    '1. <details open ontoggle=alert(1)>',
  ];
  it.each(hostile)('let nothing through that acts: %j', (markdown) => {
    const markup = String(render(markdown));
    const tags = [...markup.matchAll(/<\/?([a-z0-9]+)((?:\s+[^>]*)?)>/gi)];
    const known = ['p', 'ol', 'ul', 'li', 'code', 'pre', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'strong', 'em'];
    expect(markup.replaceAll(/<\/?[a-z0-9]+(\s+class="language-[^"]*")?>/gi, '')).not.toMatch(/</);
    for (const [, name, attributes] of tags) {
      expect(known).toContain(name);
      expect(attributes).toMatch(/^(\s+class="language-[^"]*")?$/);
    }
  });
});
