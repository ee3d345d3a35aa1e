/** A form of a page, with the values that it would send unfilled. */
export interface HtmlForm {
  action: URL;
  method: 'GET' | 'POST';
  fields: Record<string, string>;
}

/** The forms of a page that we made ourselves; no parser for the wild web. */
export function formsOf(html: string, base: URL): HtmlForm[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, attributes = '', inside = '']) => {
    const inputs = [...inside.matchAll(/<(?:input|textarea)\b([^>]*)>/gi)].map(([, text = '']) => text);
    const fields = inputs.flatMap((text) => {
      const name = attribute(text, 'name');
      const isUnchecked = /type="?(?:checkbox|radio)/i.test(text) && !/\bchecked\b/i.test(text);
      return name === undefined || isUnchecked ? [] : [[name, attribute(text, 'value') ?? ''] as const];
    });
    return {
      action: new URL(attribute(attributes, 'action') ?? '', base),
      method: attribute(attributes, 'method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
      fields: Object.fromEntries(fields),
    };
  });
}

function attribute(text: string, name: string): string | undefined {
  const [, quoted, single, plain] = new RegExp(`\\b${name}=(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(text) ?? [];
  const value = quoted ?? single ?? plain;
  return value
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
