import {
  KubeApiError,
  type KubeClient,
  type KubeObject,
  type ResourceClient,
  type ResourceType,
} from '@nannyapi/runtime';

/** What happens to one write: it never arrives, or it does and its answer is lost. */
export type Fault = 'BeforeWrite' | 'AfterWrite';

const WRITES = ['create', 'patch', 'patchStatus', 'delete'] as const;

/**
 * The real client over a bad line: the writes of some kinds fail where the plan says so.
 *
 * @param faultOf is asked for each write, with its number from 0
 */
export function faultyClient(
  client: KubeClient,
  faultOf: (write: number) => Fault | undefined,
): KubeClient & { writes(): number } {
  let count = 0;
  const spoil = <T extends KubeObject>(real: ResourceClient<T>): ResourceClient<T> =>
    new Proxy(real, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const method = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
        if (!WRITES.some((verb) => verb === name)) return method;
        return async (...args: unknown[]) => {
          const fault = faultOf(count++);
          if (fault === 'BeforeWrite') throw lineFault();
          const answer = await method(...args);
          if (fault === 'AfterWrite') throw lineFault();
          return answer;
        };
      },
    });
  const over = (line: KubeClient): KubeClient => ({
    resource: <T extends KubeObject>(type: ResourceType) => {
      const real = line.resource<T>(type);
      return type.kind === 'Event' ? real : spoil(real);
    },
    raw: (...args) => line.raw(...args),
    guarded: (guard) => over(line.guarded(guard)),
    close: () => line.close(),
  });
  return { ...over(client), writes: () => count };
}

function lineFault(): KubeApiError {
  return new KubeApiError({ code: 'ConnectionFailed', message: 'The line broke', status: 0 });
}
