import type { RunEvent } from '@nannyapi/api';
import type { Agent, Investigation } from '@nannyapi/crds';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { FacadeConnection, type FacadeAccess } from '../facade/facade-connection.ts';

/** One item of the evidence of a run, as the facade lists it. */
export interface EvidenceItem {
  id: string;
  source: string;
  bytes: number;
}

/** REST calls about the investigations of a namespace. Each takes a signal; failures are as of {@link FacadeConnection}. */
export class FacadeClient {
  readonly #connection: FacadeConnection;
  readonly #namespacePath: string;

  constructor(access: FacadeAccess, namespace = 'default') {
    this.#connection = new FacadeConnection(access);
    this.#namespacePath = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  }

  async create(prompt: string, agentName: string, signal: AbortSignal): Promise<Investigation> {
    const spec = { prompt, agentRef: { name: agentName } };
    const path = `${this.#namespacePath}/investigations`;
    return this.#connection.json<Investigation>(path, { method: 'POST', body: spec, signal });
  }

  async get(name: string, signal: AbortSignal): Promise<Investigation> {
    return this.#connection.json<Investigation>(this.#path(name), { signal });
  }

  /** What the agent's host lacks, each with the command that adds it; `undefined` until the agent has said. */
  async missingOn(agentName: string, signal: AbortSignal): Promise<string[] | undefined> {
    const path = `${this.#namespacePath}/agents/${encodeURIComponent(agentName)}`;
    const agent = await this.#connection.json<Agent>(path, { signal });
    return agent.status?.capabilities && (agent.status.capabilities.missing ?? []);
  }

  /** The events of a run from its beginning until it is over; ends early only with the connection. */
  async *follow(name: string, signal: AbortSignal): AsyncGenerator<RunEvent> {
    const response = await this.#connection.call(`${this.#path(name)}/events`, {
      signal,
      headers: { accept: 'text/event-stream' },
    });
    if (!response.body) return;
    const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const { event, id, data } of events) {
      if (event && event !== 'ping') yield { type: event, id: id ?? '', data: JSON.parse(data) } as RunEvent;
    }
  }

  async listEvidence(name: string, signal: AbortSignal): Promise<EvidenceItem[]> {
    const response = await this.#connection.call(`${this.#path(name)}/evidence`, { signal });
    return ((await response.json()) as { items: EvidenceItem[] }).items;
  }

  /** The head of one evidence text. */
  async readEvidence(name: string, id: string, range: { maxBytes: number; signal: AbortSignal }): Promise<string> {
    const response = await this.#connection.call(`${this.#path(name)}/evidence/${encodeURIComponent(id)}`, {
      signal: range.signal,
      headers: { range: `bytes=0-${range.maxBytes - 1}` },
    });
    return response.text();
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #path(name: string): string {
    return `${this.#namespacePath}/investigations/${encodeURIComponent(name)}`;
  }
}
