import { isKubeError, type KubeObject, type ResourceClient } from '@nannyapi/runtime';

/** Deletes an object as it was seen: one of its name that was made anew, or changed meanwhile, is left alone. */
export async function deleteThis<T extends KubeObject>(
  client: ResourceClient<T>,
  { metadata }: T,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = '', name = '', uid, resourceVersion } = metadata;
  try {
    await client.delete({ namespace, name }, { uid, resourceVersion }, { signal });
  } catch (error) {
    // It is gone already. A Conflict is thrown: the next pass looks at what it has become.
    if (!isKubeError(error, 'NotFound')) throw error;
  }
}
