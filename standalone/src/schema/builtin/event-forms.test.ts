import { describe, expect, it } from 'vitest';
import { fromCoreEvent, toCoreEvent } from './event-forms.ts';

const CORE = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'default' },
  eventTime: null,
  series: { count: 2, lastObservedTime: '2026-01-01T00:00:00.000000Z' },
  reportingComponent: 'example.com/controller',
  reportingInstance: '',
  action: 'Act',
  reason: 'Why',
  involvedObject: { kind: 'Pod', name: 'p' },
  related: { kind: 'Node', name: 'n' },
  message: 'text',
  type: 'Normal',
  source: { component: 'c', host: 'h' },
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: null,
  count: 3,
};

describe('the two forms of an event', () => {
  it('say the same under other names', () => {
    expect(fromCoreEvent(CORE)).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: CORE.metadata,
      eventTime: null,
      series: CORE.series,
      reportingController: 'example.com/controller',
      action: 'Act',
      reason: 'Why',
      regarding: { kind: 'Pod', name: 'p' },
      related: { kind: 'Node', name: 'n' },
      note: 'text',
      type: 'Normal',
      deprecatedSource: { component: 'c', host: 'h' },
      deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
      deprecatedLastTimestamp: null,
      deprecatedCount: 3,
    });
  });

  it('become each other without loss', () => {
    expect(toCoreEvent(fromCoreEvent(CORE))).toEqual(CORE);
    const bare = { apiVersion: 'v1', kind: 'Event', metadata: {} };
    expect(fromCoreEvent(toCoreEvent(fromCoreEvent(bare)))).toEqual(fromCoreEvent(bare));
  });

  it('leave an event alone that has the newer form', () => {
    const event = fromCoreEvent(CORE);
    expect(fromCoreEvent(event)).toBe(event);
  });
});
