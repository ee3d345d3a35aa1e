import type { IncomingMessage } from 'node:http';
import { decodeObject, PROTOBUF_TYPE } from '../protobuf/decode-object.ts';
import { checkDocument } from './check-document.ts';
import { parseYaml } from './go-yaml.ts';
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

/**
 * Media type of a Content-Type header, lower case, without parameters; '' when there is none.
 *
 * A header that holds no type at all is passed on as it is, for nobody to accept.
 */
export function mediaType(contentType: string | undefined): string {
  const header = contentType ?? '';
  return header.split(';', 1)[0]?.trim().toLowerCase() || header;
}

/**
 * Parses a JSON, YAML or Kubernetes protobuf document, whichever its media type says.
 *
 * @throws StatusError BadRequest for text that does not parse, UnsupportedMediaType for any other type.
 */
export function parseDocument(body: Buffer, type: string): unknown {
  if (type === PROTOBUF_TYPE) return decodeObject(body);
  // As in Go, bytes that are not UTF-8 become U+FFFD; a byte order mark is no part of JSON and stays to be refused.
  const document = parseText(body.toString('utf8'), type);
  checkDocument(document);
  return document;
}

function parseText(text: string, type: string): unknown {
  if (type === '' || type === 'application/json') return parseJson(text);
  if (type === 'application/yaml') return parseJsonOrYaml(text);
  throw new StatusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, ${PROTOBUF_TYPE}`,
  );
}

/** A key `__proto__` becomes an own property like any other: that is how JSON.parse does it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : ''}`);
  }
}

/** kubectl sends JSON under a YAML content type; JSON.parse is ten times as fast. */
function parseJsonOrYaml(text: string): unknown {
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      // YAML's own flow style looks like this too.
    }
  }
  return parseYaml(text);
}
