import { RawClient } from './raw-client.ts';
import type { RawAnswer } from './raw-client.ts';
import { startTestApiServer } from './test-api-server.ts';
import type { TestApiServer, TestApiServerOptions } from './test-api-server.ts';
import { WIDGET_CRD } from './widget-crd.ts';

/** Path of the widgets of the namespace `default`. */
export const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';
/** Path of the ConfigMaps of the namespace `default`. */
export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

/** A server that serves widgets, and plain HTTPS to it. */
export interface WidgetServer {
  server: TestApiServer;
  raw: RawClient;
  /** Creates a widget and expects 201. */
  createWidget(name: string, more?: { spec?: object; metadata?: object }): Promise<RawAnswer['body']>;
  close(): Promise<void>;
}

/** Starts an API server that serves {@link WIDGET_CRD} only. */
export async function startWidgetServer(options: TestApiServerOptions = {}): Promise<WidgetServer> {
  const server = await startTestApiServer({ crds: [structuredClone(WIDGET_CRD)], ...options });
  const raw = new RawClient(server);
  return {
    server,
    raw,
    createWidget: async (name, more = {}) => {
      const body = widget(name, more);
      const answer = await raw.send('POST', WIDGETS, { body });
      if (answer.code !== 201) throw new Error(`creating ${name}: ${answer.text}`);
      return answer.body;
    },
    close: async () => {
      raw.close();
      await server.close();
    },
  };
}

/** A widget as a client sends it. */
export function widget(name: string, more: { spec?: object; metadata?: object } = {}): object {
  return {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name, ...more.metadata },
    spec: { size: 3, ...more.spec },
  };
}
