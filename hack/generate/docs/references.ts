import { renderApi, renderOpenApi } from './api.ts';
import { renderConfiguration } from './configuration.ts';
import { renderErrors } from './errors.ts';
import { registerApiServerMetrics } from './api-server-metrics.ts';
import { buildIdleControlPlane } from './idle-control-plane.ts';
import { renderLabels } from './labels.ts';
import { renderMetrics } from './metrics.ts';
import { renderPolicy } from './policy.ts';
import { renderProtocol } from './protocol.ts';
import { withCrdFields } from './crd-fields.ts';
import type { CrdDocument } from '../crd-types.ts';

/** What the pages of the kinds are made from. */
export interface CrdPages {
  crds: Iterable<CrdDocument>;
  /** The present text of a page, by its path below the root; the hand-written part of it is kept. */
  read: (path: string) => string;
}

/** Every generated page by its path below the root. The same sources give the same bytes. */
export async function renderReferences({ crds, read }: CrdPages): Promise<Map<string, string>> {
  const { registry, openapi } = await buildIdleControlPlane();
  const kinds = [...crds].map((crd): [string, string] => {
    const path = `docs/crds/${crd.spec.names.kind.toLowerCase()}.md`;
    return [path, withCrdFields(read(path), crd)];
  });
  return new Map([
    ['docs/reference/api.md', renderApi(openapi)],
    ['docs/reference/configuration.md', renderConfiguration()],
    ['docs/reference/errors.md', renderErrors()],
    ['docs/reference/labels-and-annotations.md', renderLabels()],
    ['docs/reference/metrics.md', renderMetrics(registry, await registerApiServerMetrics())],
    ['docs/reference/openapi.json', renderOpenApi(openapi)],
    ['docs/reference/policy.md', renderPolicy()],
    ['docs/reference/protocol.md', renderProtocol()],
    ...kinds,
  ]);
}
