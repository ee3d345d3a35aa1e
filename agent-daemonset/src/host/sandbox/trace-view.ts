import { access } from 'node:fs/promises';
import { runTool, type ToolWords } from '../tool-run.ts';
import { openMountNamespace, type MountNamespace, type NamespaceTools } from './mount-namespace.ts';

/** Where the kernel's trace events are looked for, new place first. */
const TRACE_EVENTS = ['/sys/kernel/tracing/events', '/sys/kernel/debug/tracing/events'];

/** Arguments of mount(8) that show the trace events. */
export const TRACEFS_MOUNT = ['-t', 'tracefs', '-o', 'nosuid,nodev,noexec', 'tracefs', '/sys/kernel/tracing'] as const;

/** Whether the host itself shows its trace events. */
export async function hostShowsTraceEvents(): Promise<boolean> {
  const found = await Promise.all(
    TRACE_EVENTS.map(async (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

/** The tools for a view of the trace events. */
export interface TraceViewTools extends NamespaceTools {
  nsenter: ToolWords;
  mount: ToolWords;
}

/**
 * A view of the host in which tracefs is mounted although the host has not mounted it. The mount lives in a
 * namespace of the agent's own, so that the host stays as it is.
 */
export class TraceView {
  readonly #tools: TraceViewTools;
  readonly #agentPid: number;
  #namespace: Promise<MountNamespace> | undefined;

  constructor(tools: TraceViewTools, agentPid: number) {
    this.#tools = tools;
    this.#agentPid = agentPid;
  }

  /**
   * The words that, put before a command, run it in the view; none when the host shows its trace events by itself.
   *
   * @throws CodedError `ToolFailed` when tracefs cannot be mounted: the kernel has none, or the agent may not mount.
   */
  async enter(): Promise<readonly string[]> {
    if (await hostShowsTraceEvents()) return [];
    this.#namespace ??= this.#open();
    try {
      const namespace = await this.#namespace;
      return [...this.#tools.nsenter, `--mount=${namespace.path}`, '--'];
    } catch (error) {
      this.#namespace = undefined;
      throw error;
    }
  }

  async #open(): Promise<MountNamespace> {
    const namespace = await openMountNamespace(this.#tools, this.#agentPid);
    try {
      await runTool(this.#tools.nsenter, [`--mount=${namespace.path}`, '--', ...this.#tools.mount, ...TRACEFS_MOUNT]);
      await namespace.settle();
      return namespace;
    } catch (error) {
      await namespace.close();
      throw error;
    }
  }

  /** Gives the namespace up. */
  async close(): Promise<void> {
    const namespace = await this.#namespace?.catch(() => undefined);
    this.#namespace = undefined;
    await namespace?.close();
  }
}
