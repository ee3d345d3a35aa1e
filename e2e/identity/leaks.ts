/** A text that was written somewhere, by the name of the place. */
export type Texts = Readonly<Record<string, string>>;

/** Any token of ours, whoever it was given to: its prefix, its holder and 256 random bits. */
const TOKEN = /\b(?:nat|nrt|net|npt)\.[a-z0-9.-]+\.[A-Za-z0-9_-]{43}/;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Where a secret stands in a text, in words that do not repeat it; empty when none does. */
export function findLeaks(texts: Texts, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(texts).flatMap(([place, text]) => [
    ...Object.entries(secrets)
      .filter(([, secret]) => secret !== '' && text.includes(secret))
      .map(([name]) => `${name} stands in ${place}`),
    ...(TOKEN.test(text) ? [`a token stands in ${place}`] : []),
    ...(PRIVATE_KEY.test(text) ? [`a private key stands in ${place}`] : []),
  ]);
}
