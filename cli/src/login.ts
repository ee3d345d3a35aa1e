import { systemClock } from '@nannyapi/process';
import { credentialsPath, writeLogin } from './facade/credentials-file.ts';
import { loginByDevice, type LoginInvitation } from './facade/device-login.ts';
import { FacadeConnection } from './facade/facade-connection.ts';
import { readFacadeUrl } from './facade/facade-url.ts';
import { authorityFor } from './facade/trust.ts';
import { readFlags } from './flags.ts';
import { UsageError, type Verb, type VerbIo } from './verb.ts';

const FLAGS = {
  url: { type: 'string' },
  'ca-file': { type: 'string' },
  'ca-fingerprint': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `nanny login`: lets this command line act for a person, who approves it in a browser. */
export const login: Verb = {
  help: `Usage: nanny login --url URL [options]

Shows a code to type at the page /device of the control plane, in a browser on any machine in which you are logged in.
Once you approve it there, verbs that talk to the control plane act for you, with your rights, for twelve hours.

  --url URL              Address of the control plane, as browsers use it: https://nanny.example.com
  --ca-file FILE         Its certificate authority, if this machine does not know it
  --ca-fingerprint HEX   SHA-256 of its authority (ca.crt), as the control plane prints it: any other is refused

The login is kept in \${XDG_CONFIG_HOME:-~/.config}/nannyapi/credentials.json, readable by you alone.
`,
  run,
};

async function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values } = readFlags(args, FLAGS);
  if (!values.url) throw new UsageError('--url must name the control plane, for example https://nanny.example.com');
  const url = readFacadeUrl(values.url);
  const trust = { caFile: values['ca-file'], caFingerprint: values['ca-fingerprint'] };
  const caPem = await authorityFor(url, trust, io.signal);
  const connection = new FacadeConnection({ url: url.href, caPem });
  try {
    const { token, expiresInSeconds } = await loginByDevice(connection, {
      clock: systemClock,
      signal: io.signal,
      show: (invitation) => io.stdout.write(invitationText(invitation)),
    });
    const expirationTime = new Date(systemClock.now().getTime() + expiresInSeconds * 1000).toISOString();
    await writeLogin(credentialsPath(io.env), {
      url: url.href,
      ...(caPem === undefined ? {} : { caPem }),
      token,
      expirationTime,
    });
    io.stdout.write(`Logged in at ${url.origin} until ${expirationTime}.\n`);
    return 0;
  } finally {
    await connection.close();
  }
}

function invitationText({ verificationURI, userCode, expiresInSeconds }: LoginInvitation): string {
  return `Open       ${verificationURI}
and type   ${userCode}
The code is good for ${Math.round(expiresInSeconds / 60)} minutes. Waiting …
`;
}
