import { createLogger, FakeClock } from '@nannyapi/process';
import { describe, expect, it, vi } from 'vitest';
import { keepCertificateFresh } from './keep-certificate-fresh.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('keepCertificateFresh', () => {
  it('takes the current certificate into use every day, also after a day on which that failed, until it is stopped', async () => {
    const clock = new FakeClock();
    const used: string[] = [];
    let day = 0;
    const stop = keepCertificateFresh({
      clock,
      log: createLogger({ name: 'test', level: 'silent' }),
      load: async () => {
        day += 1;
        if (day === 1) throw new Error('disk full');
        return { certPem: `day ${day}`, keyPem: '' };
      },
      use: ({ certPem }) => used.push(certPem),
    });
    await clock.advance(DAY_MS);
    await vi.waitFor(() => expect(day).toBe(1));
    await clock.advance(DAY_MS);
    await vi.waitFor(() => expect(used).toEqual(['day 2']));
    stop();
    await clock.advance(3 * DAY_MS);
    expect(used).toEqual(['day 2']);
  });
});
