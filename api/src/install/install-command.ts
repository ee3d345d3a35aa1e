/** What an install command is made for. */
export interface InstallCommandOptions {
  /** Where hosts reach the control plane. */
  publicURL: URL;
  /** SHA-256 of `/ca.crt`, hexadecimal; absent where every system trusts the certificate. */
  caFingerprint?: string | undefined;
  /** An install token; absent: a person approves the host by its code. */
  token?: string | undefined;
}

/**
 * The one line that brings a host in: pasted into a root shell of the host, it installs the agent and enrols it.
 *
 * With an authority of our own the line carries its fingerprint, so that whoever pastes it trusts the page that it came
 * from and nothing on the way: first the certificate, checked by `sha256sum`, then the script under that alone.
 *
 * @throws RangeError for parts that a shell would read otherwise.
 */
export function installCommand({ publicURL, caFingerprint, token }: InstallCommandOptions): string {
  const { origin } = publicURL;
  const options = [`--url ${origin}`];
  if (caFingerprint !== undefined) options.push(`--ca-fingerprint ${caFingerprint}`);
  if (token !== undefined) options.push(`--enrollment-token ${token}`);
  for (const word of options.join(' ').split(' ')) {
    if (!/^[\w.:/[\]-]+$/.test(word)) throw new RangeError('A part of the install command is no plain word');
  }
  // A name in brackets is an IPv6 address, and to a shell a pattern; to curl a range.
  const quoted = options.join(' ').replaceAll(/(\S*\[\S*\]\S*)/g, `'$1'`);
  const at = (path: string): string => (origin.includes('[') ? `-g '${origin}${path}'` : `${origin}${path}`);
  if (caFingerprint === undefined) return `curl -fsSL ${at('/install.sh')} | sh -s -- ${quoted}`;
  return [
    'd=$(mktemp -d)',
    `curl -fsSLk ${at('/ca.crt')} -o "$d/ca.crt"`,
    `echo "${caFingerprint}  $d/ca.crt" | sha256sum -c --quiet -`,
    `curl -fsSL --cacert "$d/ca.crt" ${at('/install.sh')} -o "$d/install.sh"`,
    `sh "$d/install.sh" ${quoted}`,
  ].join(' && ');
}
