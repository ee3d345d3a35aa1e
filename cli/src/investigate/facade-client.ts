import type { RunEvent } from '@nannyapi/api';
import type { Investigation } from '@nannyapi/crds';
import { CodedError } from '@nannyapi/process';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { Agent, fetch, type Response } from 'undici';

/** Where the facade is and how to be let in. */
export interface FacadeAccess {
  url: string;
  caPem: string;
  token: string;
}

/** One item of the evidence of a run, as the facade lists it. */
export interface EvidenceItem {
  id: string;
  source: string;
  bytes: number;
}

interface Call {
  signal: AbortSignal;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** REST calls about investigations. Each takes a signal; each failure is a `CodedError` with the problem's own code. */
export class FacadeClient {
  readonly #access: FacadeAccess;
  readonly #dispatcher: Agent;

  constructor(access: FacadeAccess) {
    this.#access = access;
    // A run may be quiet for long: the stream has no deadline of its own, the signal ends it.
    this.#dispatcher = new Agent({ connect: { ca: access.caPem }, bodyTimeout: 0 });
  }

  async create(prompt: string, agentName: string, signal: AbortSignal): Promise<Investigation> {
    const spec = { prompt, agentRef: { name: agentName } };
    const response = await this.#call('/api/v1/namespaces/default/investigations', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(spec),
      signal,
    });
    return (await response.json()) as Investigation;
  }

  async get(name: string, signal: AbortSignal): Promise<Investigation> {
    return (await (await this.#call(this.#path(name), { signal })).json()) as Investigation;
  }

  /** What the agent's host lacks, each with the command that adds it; `undefined` until the agent has said. */
  async missingOn(agentName: string, signal: AbortSignal): Promise<string[] | undefined> {
    const response = await this.#call(`/api/v1/namespaces/default/agents/${encodeURIComponent(agentName)}`, { signal });
    const agent = (await response.json()) as { status?: { capabilities?: { missing?: string[] } } };
    return agent.status?.capabilities && (agent.status.capabilities.missing ?? []);
  }

  /** The events of a run from its beginning until it is over; ends early only with the connection. */
  async *follow(name: string, signal: AbortSignal): AsyncGenerator<RunEvent> {
    const response = await this.#call(`${this.#path(name)}/events`, {
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
    const response = await this.#call(`${this.#path(name)}/evidence`, { signal });
    return ((await response.json()) as { items: EvidenceItem[] }).items;
  }

  /** The head of one evidence text. */
  async readEvidence(name: string, id: string, range: { maxBytes: number; signal: AbortSignal }): Promise<string> {
    const response = await this.#call(`${this.#path(name)}/evidence/${encodeURIComponent(id)}`, {
      signal: range.signal,
      headers: { range: `bytes=0-${range.maxBytes - 1}` },
    });
    return response.text();
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  #path(name: string): string {
    return `/api/v1/namespaces/default/investigations/${encodeURIComponent(name)}`;
  }

  async #call(path: string, init: Call): Promise<Response> {
    const response = await fetch(new URL(path, this.#access.url), {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${this.#access.token}` },
      dispatcher: this.#dispatcher,
    });
    if (response.ok) return response;
    const problem = (await response.json()) as { code?: string; title?: string; detail?: string };
    throw new CodedError({
      code: problem.code ?? 'Unknown',
      status: response.status,
      message: problem.detail ?? problem.title ?? `the facade answered ${response.status}`,
    });
  }
}
