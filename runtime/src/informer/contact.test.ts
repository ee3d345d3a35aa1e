import { FakeClock } from '@nannyapi/process';
import { describe, expect, it } from 'vitest';
import { Contact } from './contact.ts';

describe('Contact', () => {
  it('turns red after four minutes of silence, says why, and turns green with the next word', async () => {
    const clock = new FakeClock();
    const contact = new Contact(clock);
    contact.heard();
    contact.failed(new Error('no route'));
    await clock.advance(239_000);
    expect(contact.health()).toEqual({ isHealthy: true, lastContactTime: new Date('2026-01-01T00:00:00Z') });
    await clock.advance(1_000);
    expect(contact.health()).toEqual({
      isHealthy: false,
      lastContactTime: new Date('2026-01-01T00:00:00Z'),
      message: 'The API server has said nothing for 240 seconds; the last failure: no route',
    });
    contact.heard();
    expect(contact.health()).toMatchObject({ isHealthy: true });
  });

  it('does not count the time before anybody waited', async () => {
    const clock = new FakeClock();
    const contact = new Contact(clock);
    await clock.advance(1_000_000);
    contact.begin();
    expect(contact.health()).toEqual({ isHealthy: true, lastContactTime: undefined });
    await clock.advance(240_000);
    expect(contact.health()).toMatchObject({
      isHealthy: false,
      message: 'The API server has said nothing for 240 seconds',
    });
  });
});
