import { UsageError } from '../verb.ts';

/**
 * The address of a facade as a person wrote it.
 *
 * @throws UsageError for what is no address, and for plain http to another machine: it would carry tokens in the open.
 */
export function readFacadeUrl(text: string, flag = 'url'): URL {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new UsageError(`--${flag} must be like https://nanny.example.com, not '${text}'`);
  if (url.protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(url.hostname))
    throw new UsageError(`--${flag} must begin with https://: a login would be readable on the way`);
  if (url.pathname !== '/' || url.search !== '' || url.username !== '')
    throw new UsageError(`--${flag} must have no path, query or user`);
  return url;
}
