import { factLine } from '@nannyapi/protocol';
import { ageOf } from './age.ts';
import type { KubeEvent } from './kinds.ts';

/** Lines of events, newest first; each event once. What this project itself told is left out. */
export function eventLines(events: readonly KubeEvent[], now: Date): string[] {
  const unique = new Map(events.map((event) => [event.metadata.uid ?? event.metadata.name, event]));
  return [...unique.values()]
    .filter((event) => !componentOf(event).startsWith('nannyapi'))
    .toSorted((a, b) => lastTimeOf(b).localeCompare(lastTimeOf(a)))
    .map((event) => {
      const { involvedObject: object } = event;
      const [, container] = /\{([^}]+)\}/u.exec(object.fieldPath ?? '') ?? [];
      return factLine('kube_event', {
        object: `${object.kind}/${object.name}`,
        namespace: object.namespace,
        container,
        type: event.type,
        reason: event.reason,
        count: event.series?.count ?? event.count ?? 1,
        age: ageOf(lastTimeOf(event), now),
        first_age: ageOf(event.firstTimestamp ?? event.eventTime, now),
        by: componentOf(event) || undefined,
        message: event.message,
      });
    });
}

function componentOf({ source, reportingComponent }: KubeEvent): string {
  return source?.component || reportingComponent || '';
}

function lastTimeOf(event: KubeEvent): string {
  const { series, lastTimestamp, eventTime, firstTimestamp, metadata } = event;
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp ?? '';
}
