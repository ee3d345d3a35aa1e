import {
  aggregatedDiscovery,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  discoveryForm,
  documentHash,
  openApiV2,
  openApiV3,
  openApiV3Index,
  versionInfo,
} from '../schema/index.ts';
import { StatusError } from '../status/status-error.ts';
import type { KindRegistry } from '../kinds/kind-registry.ts';
import { encodeOpenApiV2, OPENAPI_V2_PROTOBUF, type OpenApiV2Document } from '../protobuf/encode-openapi.ts';

/** A document as it is sent. */
export interface FoundDocument {
  text: string;
  contentType: string;
  /** Digest of the text, for documents that clients keep and ask for again. */
  hash?: string;
  /** Whether anybody may keep it. */
  isPublic: boolean;
}

/** Discovery and OpenAPI documents; each is made once per set of kinds, since kubectl asks for them on every start. */
export class Documents {
  readonly #kinds: KindRegistry;
  readonly #serverAddress: () => string;
  readonly #texts = new Map<string, string | undefined>();
  #openApiV2Bytes: Buffer | undefined;
  #edition = -1;

  constructor(deps: { kinds: KindRegistry; serverAddress: () => string }) {
    this.#kinds = deps.kinds;
    this.#serverAddress = deps.serverAddress;
  }

  /**
   * The document at a path; undefined when there is none.
   *
   * @throws StatusError NotAcceptable for discovery in a form that is not offered.
   */
  find(path: string, accept: string): FoundDocument | undefined {
    this.#forgetOldEdition();
    const form = path === '/api' || path === '/apis' ? discoveryForm(accept) : 'plain';
    if (form === 'none') throw notAcceptable();
    const isAggregated = form === 'aggregated';
    const key = `${path} ${form}`;
    if (!this.#texts.has(key)) {
      const document = this.#make(path, isAggregated);
      // Unknown paths are not remembered: anybody could fill the memory with them.
      if (document === undefined) return undefined;
      this.#texts.set(key, JSON.stringify(document));
    }
    const text = this.#texts.get(key);
    if (text === undefined) return undefined;
    const suffix = isAggregated ? ';g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' : '';
    const isTagged = isAggregated || path === '/openapi/v2' || path.startsWith('/openapi/v3/');
    return {
      text,
      contentType: `application/json${suffix}`,
      ...(isTagged ? { hash: documentHash(text) } : {}),
      isPublic: isAggregated,
    };
  }

  /** OpenAPI v2 as protobuf, for those who take nothing else; undefined for all other requests. */
  findProtobuf(path: string, accept: string): { bytes: Uint8Array; contentType: string } | undefined {
    if (path !== '/openapi/v2' || !OPENAPI_V2_PROTOBUF.some((type) => accept.startsWith(type))) return undefined;
    this.#forgetOldEdition();
    this.#openApiV2Bytes ??= encodeOpenApiV2(openApiV2(this.#kinds.all()) as OpenApiV2Document);
    return { bytes: this.#openApiV2Bytes, contentType: OPENAPI_V2_PROTOBUF[1] };
  }

  #forgetOldEdition(): void {
    if (this.#edition === this.#kinds.edition) return;
    this.#texts.clear();
    this.#openApiV2Bytes = undefined;
    this.#edition = this.#kinds.edition;
  }

  #make(path: string, isAggregated: boolean): object | undefined {
    const kinds = this.#kinds.all();
    if (path === '/') return { paths: this.#index() };
    if (path === '/version') return versionInfo();
    if (path === '/openapi/v2') return openApiV2(kinds);
    if (path === '/openapi/v3') return openApiV3Index(kinds);
    if (path === '/api') {
      return isAggregated ? aggregatedDiscovery(kinds, 'core') : apiVersions(this.#serverAddress());
    }
    if (path === '/apis') return isAggregated ? aggregatedDiscovery(kinds, 'groups') : apiGroupList(kinds);
    return this.#makeOfGroup(path);
  }

  /** What there is to be found, by path. */
  #index(): string[] {
    const apiVersions = this.#kinds.all().map(({ resource }) => resource);
    const groups = apiVersions.map(({ group, version }) =>
      group === '' ? [`/api/${version}`] : groupPaths(group, version),
    );
    const plain = [
      '/api',
      '/apis',
      '/healthz',
      '/livez',
      '/metrics',
      '/openapi/v2',
      '/openapi/v3',
      '/readyz',
      '/version',
    ];
    return [...new Set([...plain, ...groups.flat()])].sort();
  }

  #makeOfGroup(path: string): object | undefined {
    const kinds = this.#kinds.all();
    const segments = path.split('/').slice(1);
    if (segments[0] === 'openapi' && segments[1] === 'v3') {
      const below = segments.slice(2).join('/');
      return below in openApiV3Index(kinds).paths ? openApiV3(kinds, below) : undefined;
    }
    if (segments[0] === 'api' && segments.length === 2) return apiResourceList(kinds, '', segments[1] ?? '');
    if (segments[0] !== 'apis' || segments[1] === undefined) return undefined;
    if (segments.length === 2) return apiGroup(kinds, segments[1]);
    return segments.length === 3 ? apiResourceList(kinds, segments[1], segments[2] ?? '') : undefined;
  }
}

function groupPaths(group: string, version: string): string[] {
  return [`/apis/${group}`, `/apis/${group}/${version}`];
}

function notAcceptable(): StatusError {
  return new StatusError(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}
