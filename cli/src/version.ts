declare global {
  // The bundler puts the version of package.json in its place.
  var NANNYAPI_VERSION: string | undefined;
}

/** The version of this build; `0.0.0-source` when run from the sources. */
export const VERSION: string = globalThis.NANNYAPI_VERSION ?? '0.0.0-source';
