import { describe, expect, it } from 'vitest';
import { storeWorkerUrl } from './worker-url.ts';

describe('storeWorkerUrl', () => {
  it('is the source beside the source, and the emitted file beside the bundle', () => {
    expect(storeWorkerUrl('file:///repo/store/worker-url.ts').href).toBe('file:///repo/store/store-worker.ts');
    expect(storeWorkerUrl('file:///repo/dist/nanny.js').href).toBe('file:///repo/dist/store-worker.js');
  });
});
