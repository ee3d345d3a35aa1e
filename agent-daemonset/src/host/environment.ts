/** Folders in which a bare command name is looked up, in order. */
export const TOOL_FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'] as const;

/**
 * The whole environment of every run, whatever the agent's own is: no LD_*, no pager, no colours, no home,
 * times in UTC, text in UTF-8.
 */
export const RUN_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  HOME: '/',
  TERM: 'dumb',
  NO_COLOR: '1',
  PAGER: 'cat',
  SYSTEMD_PAGER: 'cat',
  SYSTEMD_COLORS: '0',
};
