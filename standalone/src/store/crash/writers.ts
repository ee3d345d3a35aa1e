import type { RawAnswer, RawClient } from '../../../testing/index.ts';
import type { Randomness } from '../fixtures/randomness.ts';
import type { Ledger, Write } from './ledger.ts';
import { collectionPath, RESOURCES, seen, WRITE_ANNOTATION } from './resources.ts';
import type { Resource, WireObject } from './resources.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** What the writers need. */
export interface WritersDeps {
  client: RawClient;
  ledger: Ledger;
  random: Randomness;
  /** Told of each answer. */
  onAnswer: () => void;
}

/** Writes to a few objects of every kind at once, many writers to the same objects, until the server is dead. */
export async function runWriters(deps: WritersDeps, writers: number): Promise<void> {
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (await writeOnce(deps));
    }),
  );
}

/** @returns false when the server did not answer any more. */
async function writeOnce(deps: WritersDeps): Promise<boolean> {
  const { ledger, random } = deps;
  const resource = random.oneOf(RESOURCES);
  const name = random.oneOf(NAMES);
  const verb = random.oneOf(['POST', 'POST', resource.update, resource.update, 'PATCH', 'PATCH', 'DELETE'] as const);
  const write = ledger.sent(`${resource.plural}/${name}`, verb === 'DELETE' ? 'delete' : 'put');
  let answer: RawAnswer;
  try {
    answer = await send(deps.client, { verb, resource, name, write, fillerChars: random.below(3000) });
  } catch {
    // Killed before it answered.
    return false;
  }
  note(ledger, write, answer);
  deps.onAnswer();
  return true;
}

interface Sending {
  verb: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  resource: Resource;
  name: string;
  write: Write;
  fillerChars: number;
}

async function send(client: RawClient, { verb, resource, name, write, fillerChars }: Sending): Promise<RawAnswer> {
  const path = collectionPath(resource);
  const annotations = { [WRITE_ANNOTATION]: String(write.id), filler: 'x'.repeat(fillerChars) };
  if (verb === 'DELETE') return await client.send(verb, `${path}/${name}`);
  if (verb === 'PATCH') {
    const headers = { 'content-type': 'application/merge-patch+json' };
    return await client.send(verb, `${path}/${name}`, { headers, body: { metadata: { annotations } } });
  }
  const { apiVersion, kind } = resource;
  const body = { apiVersion, kind, metadata: { name, annotations } };
  return await client.send(verb, verb === 'POST' ? path : `${path}/${name}`, { body });
}

function note(ledger: Ledger, write: Write, { code, body, text }: RawAnswer): void {
  if (code === 404 || code === 409) ledger.refused(write);
  else if (code !== 200 && code !== 201) throw new Error(`write ${write.id} was answered ${code}: ${text}`);
  else if (write.verb === 'delete') ledger.acknowledgedDelete(write, String(body.details.uid));
  else ledger.acknowledgedPut(write, seen(body as WireObject));
}
