import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProbeServer } from './probe-server.ts';

describe('the probes of the agent', () => {
  let isConnected = false;
  let server: ProbeServer;
  beforeEach(async () => {
    isConnected = false;
    server = await ProbeServer.listen(0, { isConnected: () => isConnected });
  });
  afterEach(async () => server.close());

  const status = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${server.port}${path}`)).status;

  it('say that it lives, whether or not it is connected', async () => {
    expect(await status('/healthz')).toBe(200);
  });

  it('say that it is ready only while it is connected', async () => {
    expect(await status('/readyz')).toBe(503);
    isConnected = true;
    expect(await status('/readyz?verbose')).toBe(200);
    expect(await status('/')).toBe(404);
  });

  it('name the setting when the port is taken', async () => {
    await expect(ProbeServer.listen(server.port, { isConnected: () => true })).rejects.toMatchObject({
      code: 'PortInUse',
      message: expect.stringContaining('NANNYAPI_AGENT_PROBE_PORT'),
    });
  });
});
