import { parentPort, workerData } from 'node:worker_threads';
import { runWriter } from './writer.ts';
import type { WriterSetup } from './worker-protocol.ts';

// The entry of the writer thread; everything else is in writer.ts, so that importing it does nothing.
if (parentPort !== null) runWriter(parentPort, workerData as WriterSetup);
