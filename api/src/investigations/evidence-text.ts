import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Evidence } from '@nannyapi/crds';
import { ApiError } from '../http/api-error.ts';
import type { ByteRange } from './byte-range.ts';

/** A piece of a text and its size. Only the pieces that are read are unpacked. */
export interface TextPiece {
  sizeBytes: number;
  read(): Promise<Buffer>;
}

const unzip = promisify(gunzip);

/** A stored chunk as a piece of text. @throws ApiError `Internal` on reading when it is not what it says. */
export function pieceOfEvidence(evidence: Evidence): TextPiece {
  const { data, rawBytes } = evidence.spec;
  return {
    sizeBytes: rawBytes,
    read: async () => {
      const raw = await unzip(Buffer.from(data, 'base64'), { maxOutputLength: Math.max(1, rawBytes) });
      if (raw.length === rawBytes) return raw;
      throw new ApiError('Internal', `Evidence ${evidence.metadata.name} is not ${rawBytes} bytes long`);
    },
  };
}

/** A text that is at hand. */
export function pieceOfText(text: string): TextPiece {
  const raw = Buffer.from(text, 'utf8');
  return { sizeBytes: raw.length, read: async () => raw };
}

/** The bytes of a range of the text, piece by piece. */
export async function* readRange(pieces: readonly TextPiece[], range: ByteRange): AsyncGenerator<Buffer> {
  let offsetBytes = 0;
  for (const piece of pieces) {
    const startBytes = Math.max(0, range.startBytes - offsetBytes);
    const endBytes = Math.min(piece.sizeBytes, range.endBytes - offsetBytes);
    if (startBytes < endBytes) yield (await piece.read()).subarray(startBytes, endBytes);
    offsetBytes += piece.sizeBytes;
  }
}
