declare global {
  /** Put in by the build; absent when the sources run as they are. */
  // oxlint-disable-next-line no-var -- only var declares a property of globalThis
  var NANNYAPI_VERSION: string | undefined;
}

/** Version of this agent, as heartbeats tell it. */
export function agentVersion(): string {
  return globalThis.NANNYAPI_VERSION ?? '0.0.0-dev';
}
