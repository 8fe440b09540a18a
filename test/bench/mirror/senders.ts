import { type Child, startChild } from '../child.ts';
import { loadPerPiece, type MeasuredPostgres, type ServerLoad } from '../measured-postgres.ts';
import { processTree } from '../process-tree.ts';
import type { Received } from './livetex-process.ts';

/** What a process that makes work is asked to do: the pieces `from … from + count - 1`, of so many leads. */
export interface Order {
  readonly from: number;
  readonly count: number;
  readonly leads: number;
}

export interface Sent {
  readonly perSecond: number;
  readonly acceptedPerSecond: number;
  /** CPU of the processes that send, with all that they started, ms a piece. */
  readonly cpuMs: number;
  /** What a piece cost the database's server. */
  readonly server?: ServerLoad;
}

/** One or several processes that send to one LiveTex, each its share of every order. */
export interface Senders {
  measure(count: number): Promise<Sent>;
  end(): Promise<void>;
}

export interface SendersOptions {
  readonly livetex: Child;
  /** The file of the process, which answers an `Order` once all of it is accepted; its arguments are `storage` and LiveTex's address. */
  readonly process: URL;
  readonly storage: string;
  readonly nodes?: number;
  readonly leads: number;
  /** Pieces before anything is measured. */
  readonly warmUp: number;
  /** Requests that LiveTex gets of one piece. */
  readonly requests?: number;
  /** Where the storage is, if it is one of those. */
  readonly postgres?: MeasuredPostgres | undefined;
}

export async function startSenders(options: SendersOptions): Promise<Senders> {
  const { livetex, leads, nodes = 1, requests = 1, postgres } = options;
  const url = await livetex.ask<string>('url');
  const children: Child[] = [];
  let from = 0;
  const send = async (count: number): Promise<{ startedAt: number; acceptedAt: number; lastAt: number }> => {
    await livetex.ask('reset');
    const share = Math.ceil(count / nodes);
    const sent = await Promise.all(
      children.map((child, index) => {
        const first = Math.min(index * share, count);
        const order: Order = { from: from + first, count: Math.min(share, count - first), leads };
        return child.ask<{ startedAt: number; acceptedAt: number }>(order);
      }),
    );
    from += count;
    return {
      startedAt: Math.min(...sent.map(({ startedAt }) => startedAt)),
      acceptedAt: Math.max(...sent.map(({ acceptedAt }) => acceptedAt)),
      lastAt: (await livetex.ask<Received>({ until: count * requests })).lastAt,
    };
  };
  const cpuMs = (): number => children.reduce((sum, { pid }) => sum + processTree(pid).cpuMs, 0);
  const end = async (): Promise<void> => {
    for (const child of children) await child.end();
  };
  try {
    for (let node = 0; node < nodes; node += 1) children.push(startChild(options.process, [options.storage, url]));
    await send(options.warmUp);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    async measure(count) {
      const before = { cpu: cpuMs(), server: await postgres?.load() };
      const { startedAt, acceptedAt, lastAt } = await send(count);
      const after = { cpu: cpuMs(), server: await postgres?.load() };
      return {
        perSecond: (count * 1_000) / (lastAt - startedAt),
        acceptedPerSecond: (count * 1_000) / (acceptedAt - startedAt),
        cpuMs: (after.cpu - before.cpu) / count,
        ...(before.server && after.server && { server: loadPerPiece(before.server, after.server, count) }),
      };
    },
    end,
  };
}
