import { describe, expect, it } from 'vitest';
import { readyText } from './standalone-ready.ts';

const places = { dataDir: '/data', kubeconfigPath: '/data/kubeconfig' };
const LINK = 'https://192.0.2.7:7444/login/link?token=secret';

function textOf(publicURL: string, isTerminal: boolean): string {
  const running = {
    apiUrl: 'https://127.0.0.1:7443',
    facadeUrl: 'https://127.0.0.1:7444',
    publicURL: new URL(publicURL),
    issueLoginLink: () => new URL(LINK),
    installCommand: 'curl … | sh',
    agentName: 'web-1',
    caPem: 'pem',
    adminToken: 'secret',
    failed: new Promise<never>(() => undefined),
    close: async () => undefined,
  };
  return readyText(running, { ...places, isTerminal });
}

describe('what a control plane says once it is ready', () => {
  it('is how to log in and to bring hosts in, on a terminal', () => {
    const text = textOf('https://192.0.2.7:7444', true);
    expect(text).toContain(`  Log in          ${LINK}\n`);
    expect(text).toContain('  Portal          https://192.0.2.7:7444\n');
    expect(text).toContain('curl … | sh\n');
    expect(text.trimEnd().split('\n').at(-1)).toContain('kubectl --kubeconfig /data/kubeconfig');
  });

  it('holds no secret where it may end up in the log of a service', () => {
    const text = textOf('https://192.0.2.7:7444', false);
    expect(text).not.toContain('secret');
    expect(text).toContain('  Log in          nanny standalone login-link --data /data\n');
  });

  it('offers no command for other hosts where no other host can come', () => {
    expect(textOf('https://127.0.0.1:7444', true)).not.toContain('curl');
  });
});
