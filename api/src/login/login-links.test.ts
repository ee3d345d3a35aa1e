import { FakeClock } from '@nannyapi/process';
import { describe, expect, it } from 'vitest';
import { createLoginLinks } from './login-links.ts';

const publicURL = new URL('https://nanny.example:7444');
const tokenOf = (url: URL): string => url.searchParams.get('token') ?? '';

describe('one-time link', () => {
  it('is good once', () => {
    const links = createLoginLinks({ publicURL, clock: new FakeClock() });
    const url = links.issue();
    expect(url.href).toMatch(/^https:\/\/nanny\.example:7444\/login\/link\?token=[\w-]{43}$/);
    expect(links.redeem(tokenOf(url))).toBe(true);
    expect(links.redeem(tokenOf(url))).toBe(false);
  });

  it('is good for ten minutes', async () => {
    const clock = new FakeClock();
    const links = createLoginLinks({ publicURL, clock });
    const [early, late] = [links.issue(), links.issue()];
    await clock.advance(599_999);
    expect(links.redeem(tokenOf(early))).toBe(true);
    await clock.advance(1);
    expect(links.redeem(tokenOf(late))).toBe(false);
  });

  it('is no other text, and wrong ones use up none', () => {
    const links = createLoginLinks({ publicURL, clock: new FakeClock() });
    const token = tokenOf(links.issue());
    for (const wrong of ['', 'x', token.slice(1), `${token}x`, token.toLowerCase()])
      expect(links.redeem(wrong)).toBe(false);
    expect(links.redeem(token)).toBe(true);
  });

  it('gives way to a ninth one, so that none are heaped up', () => {
    const links = createLoginLinks({ publicURL, clock: new FakeClock() });
    const first = links.issue();
    const rest = Array.from({ length: 8 }, () => links.issue());
    expect(links.redeem(tokenOf(first))).toBe(false);
    for (const url of rest) expect(links.redeem(tokenOf(url))).toBe(true);
  });
});
