import { isKubeError } from '../src/client/kube-api-error.ts';
import type { ResourceClient } from '../src/client/resource-client.ts';
import { widget, type Widget } from './widget.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a test asks of the server itself may take long on a busy machine; only the client under test is in a hurry. */
export const PATIENT = { deadlineMs: 120_000 };

const NAMES = ['a', 'b', 'c', 'd', 'e'];

/** Makes, changes, deletes and recreates widgets of one namespace at random, beside any proxy. */
export async function liveAtRandom(
  widgets: ResourceClient<Widget>,
  { namespace, random, steps }: { namespace: string; random: SeededRandom; steps: number },
): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const name = random.pick(NAMES);
    try {
      await change(widgets, { namespace, name, size: step, random });
    } catch (error) {
      // It was there already, or not there: as good a step as any other.
      if (!isKubeError(error, 'AlreadyExists', 'NotFound')) throw error;
    }
    // Lets connections move on, so that the changes do not all fall into one gap.
    if (random.chance(0.3)) await new Promise((resolve) => setTimeout(resolve, random.below(20)));
  }
}

interface Change {
  namespace: string;
  name: string;
  size: number;
  random: SeededRandom;
}

async function change(widgets: ResourceClient<Widget>, { namespace, name, size, random }: Change): Promise<void> {
  const ref = { namespace, name };
  const create = async (): Promise<Widget> => widgets.create(freshWidget(namespace, name, size), PATIENT);
  switch (random.pick(['create', 'create', 'update', 'update', 'update', 'delete', 'recreate'])) {
    case 'create':
      await create();
      return;
    case 'update':
      await widgets.patch(ref, { spec: { size } }, PATIENT);
      return;
    case 'delete':
      await widgets.delete(ref, {}, PATIENT);
      return;
    default:
      await widgets.delete(ref, {}, PATIENT);
      await create();
  }
}

/** A widget as it is before it is stored. */
export function freshWidget(namespace: string, name: string, size: number): Widget {
  const { apiVersion, kind } = widget(name, '');
  return { apiVersion, kind, metadata: { namespace, name }, spec: { size } };
}
