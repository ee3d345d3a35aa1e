import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import type { Agent } from '@nannyapi/crds';
import type { OperatorParts } from '../src/build-operator.ts';
import type { Diagnostician } from '../src/diagnosticians/diagnostician.ts';
import { OperatorUnderTest } from './operator-under-test.ts';
import { ScriptedDiagnostician, type Line } from './scripted-diagnostician.ts';
import { TinyAgent, type Answer } from './tiny-agent.ts';

/** An API server, an agent named `web-1` and operators; all of it ends with `close`. */
export class TestWorld {
  readonly server: TestApiServer;
  readonly #stops: (() => Promise<void>)[] = [];

  private constructor(server: TestApiServer) {
    this.server = server;
  }

  static async start(options: Parameters<typeof startTestApiServer>[0] = {}): Promise<TestWorld> {
    return new TestWorld(await startTestApiServer(options));
  }

  async startAgent(answer?: Answer, spec: Agent['spec'] = {}): Promise<TinyAgent> {
    const agent = new TinyAgent(this.server.client, answer);
    await agent.start('web-1', 'default', spec);
    this.#stops.push(() => agent.stop());
    return agent;
  }

  /** Starts an operator whose diagnostician follows a script. */
  startScripted(
    lines: Line[],
    parts: Partial<OperatorParts> = {},
  ): { diagnostician: ScriptedDiagnostician; operator: OperatorUnderTest } {
    const diagnostician = new ScriptedDiagnostician(lines);
    return { diagnostician, operator: this.startOperator(diagnostician, parts) };
  }

  startOperator(diagnostician: Diagnostician, parts: Partial<OperatorParts> = {}): OperatorUnderTest {
    const operator = new OperatorUnderTest(this.server.client, diagnostician, parts);
    this.#stops.push(() => operator.stop());
    return operator;
  }

  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.#stops.splice(0).reverse()) await stop().catch((error: unknown) => failures.push(error));
    await this.server.close();
    if (failures.length > 0) throw new AggregateError(failures, 'Could not end well');
  }
}
