import type { IncomingMessage } from 'node:http';
import { CORE_SCHEMA, load } from 'js-yaml';
import { decodeObject, PROTOBUF_TYPE } from '../protobuf/decode-object.ts';
import { checkDocument } from './check-document.ts';
import { badRequest, StatusError } from '../status/status-error.ts';

/** Largest request body, bytes; the limit of kube-apiserver. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** A body that is too large is read on up to here and dropped: a client that still sends would not see the answer. */
const MAX_DROPPED_BYTES = 64 * 1024 * 1024;

/**
 * Reads a request body whole.
 *
 * @throws StatusError RequestEntityTooLarge above {@link MAX_BODY_BYTES}.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_DROPPED_BYTES) break;
    if (bytes > MAX_BODY_BYTES) chunks = [];
    else chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) {
    throw new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** Media type of a Content-Type header, lower case, without parameters; '' when there is none. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/**
 * Parses a JSON, YAML or Kubernetes protobuf document, whichever its media type says.
 *
 * @throws StatusError BadRequest for text that does not parse, UnsupportedMediaType for any other type.
 */
export function parseDocument(body: Buffer, type: string): unknown {
  if (type === PROTOBUF_TYPE) return decodeObject(body);
  const document = parseText(decodeUtf8(body), type);
  checkDocument(document);
  return document;
}

function parseText(text: string, type: string): unknown {
  if (type === '' || type === 'application/json' || type.endsWith('+json')) return parseJson(text);
  if (type === 'application/yaml' || type.endsWith('+yaml')) return parseYaml(text);
  throw new StatusError(
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
  );
}

function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw badRequest('the request body is not valid UTF-8');
  }
}

/** Parses JSON; a key `__proto__` is refused, since no kind has such a field and no code should have to mind it. */
function parseJson(text: string): unknown {
  try {
    return text.includes('__proto__') ? JSON.parse(text, refuseProto) : JSON.parse(text);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : ''}`);
  }
}

function parseYaml(text: string): unknown {
  // kubectl sends JSON under a YAML content type; JSON.parse is ten times as fast.
  if (text.trimStart().startsWith('{')) {
    try {
      return parseJson(text);
    } catch {
      // YAML's own flow style looks like this too.
    }
  }
  return refuseProtoKeys(text, loadYaml(text));
}

function loadYaml(text: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA });
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : ''}`);
  }
}

/** YAML has no reviver; a second look through JSON is taken only where the word occurs at all. */
function refuseProtoKeys(text: string, document: unknown): unknown {
  if (!text.includes('__proto__')) return document;
  checkDocument(document);
  return parseJson(JSON.stringify(document));
}

function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('a field may not be named "__proto__"');
  return value;
}
