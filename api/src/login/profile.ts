import type { Profile } from './identity.ts';

/** What a provider says of a person for others to read, cut to what the User object takes; anything else is left out. */
export function profileOf(said: { email?: unknown; name?: unknown; picture?: unknown }): Profile {
  const email = textOf(said.email, 320);
  const name = textOf(said.name, 256);
  const avatarURL = pictureOf(said.picture);
  return { ...(email ? { email } : {}), ...(name ? { name } : {}), ...(avatarURL ? { avatarURL } : {}) };
}

/** Control and format characters are taken out: they could reorder what a page or a terminal shows. */
function textOf(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  // Cut first: half of a character that is left at the end is one of those that are taken out.
  const text = value
    .slice(0, maxLength)
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim();
  return text === '' ? undefined : text;
}

function pictureOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2048) return undefined;
  const url = URL.parse(value);
  return url?.protocol === 'https:' && /^[!-~]+$/.test(url.href) && url.href.length <= 2048 ? url.href : undefined;
}
