/** One-time links with which the admin of a machine logs in for the first time; they live in memory alone. */
export interface LoginLinks {
  /** A link that is good once, for ten minutes: `<public URL>/login/link?token=<43 characters>`. */
  issue(): URL;
}
