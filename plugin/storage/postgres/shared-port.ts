import type { QueryResultRow } from 'pg';
import type { TransactionPort } from './connection.ts';
import type { Shared, SharedKinds } from './many.ts';
import type { Statement } from './session.ts';

type Values = readonly unknown[];
type Rows = readonly QueryResultRow[];

/** One caller's part of a transaction that several share. */
export interface Share {
  readonly port: TransactionPort;
  /** Something of it is stored, should the transaction commit. */
  readonly hasWritten: () => boolean;
  /** Its work has ended: resolves when all that it sent is answered. @throws what the first of its statements that failed alone says */
  readonly end: () => Promise<void>;
}

export interface SharedPort {
  share(): Share;
  /** Rejects when the server refuses a statement, or when the callers wait for each other: then nothing more is answered. */
  readonly failed: Promise<never>;
  /** Gives the whole up. */
  fail(error: unknown): void;
}

interface Call {
  readonly member: Member;
  readonly values: Values;
  readonly resolve: (rows: QueryResultRow[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Statements of one kind that go out together. */
interface Batch {
  readonly statement: Statement;
  readonly shared: Shared | undefined;
  readonly calls: Call[];
  /** What the calls are told apart by, where the server does not answer them by their places. */
  readonly known: Set<string>;
}

interface Member {
  /** While one of its statements waits: those behind it are sent in the order in which it asks for them. */
  turn: Promise<void> | undefined;
  /** The last batch of those that go out next with a statement of its own. */
  newest: number;
  hasEnded: boolean;
  isBlocked: boolean;
  hasWritten: boolean;
  readonly answers: Promise<unknown>[];
  /** Its work has ended, and all that it asked for has been sent. */
  readonly gone: PromiseWithResolvers<void>;
}

export const WAIT_FOR_EACH_OTHER = 'the callers wait for each other';

/**
 * One connection's transaction for several callers at one time. What they ask for in the same turn goes out together, and
 * what is of one kind as one statement. Each behaves as if it were alone: who touches what another one has touched
 * waits until that one's work has ended, as it would for a lock of the server.
 */
export function createSharedPort(port: TransactionPort, kinds: SharedKinds): SharedPort {
  const members: Member[] = [];
  const holders = new Map<string, Member>();
  const failure = Promise.withResolvers<never>();
  // Whoever looks at it races it; nobody may be looking any more.
  failure.promise.catch(() => undefined);
  const unanswered = new Set<Call>();
  let failedWith: { readonly error: unknown } | undefined;
  let batches: Batch[] = [];
  let whenSent: Array<() => void> = [];
  let isPlanned = false;
  let underWay = 0;

  function fail(error: unknown): void {
    if (failedWith !== undefined) return;
    failedWith = { error };
    failure.reject(error);
    for (const { reject } of unanswered) reject(error);
  }

  function plan(): void {
    if (isPlanned) return;
    isPlanned = true;
    // When all that follows from the last answers has been asked for (microtasks go before).
    process.nextTick(send);
  }

  function send(): void {
    isPlanned = false;
    // The connection may be somebody else's by now.
    if (failedWith !== undefined) return;
    const going = batches;
    const told = whenSent;
    batches = [];
    whenSent = [];
    for (const member of members) member.newest = 0;
    for (const batch of going) void ask(batch);
    for (const resolve of told) resolve();
  }

  async function ask({ statement, shared, calls }: Batch): Promise<void> {
    underWay += 1;
    try {
      const many = shared?.many;
      const [first] = calls;
      if (first === undefined) return;
      if (many === undefined || (calls.length === 1 && many.always !== true)) {
        settle(first, shared, await port.query(statement, first.values));
        return;
      }
      const { answers } = many;
      // Locks are taken in one order everywhere.
      const ordered =
        answers === undefined ? calls : calls.toSorted((a, b) => compare(keyOf(shared, a), keyOf(shared, b)));
      const rows = await port.query(many.statement, many.values(ordered.map(({ values }) => values)));
      const byCall = new Map<string, QueryResultRow[]>();
      for (const row of answers === undefined ? [] : rows) {
        const own = byCall.get(answers?.in(row) ?? '');
        if (own === undefined) byCall.set(answers?.in(row) ?? '', [row]);
        else own.push(row);
      }
      for (const [index, call] of ordered.entries()) {
        settle(call, shared, byCall.get(answers?.of(call.values, index + 1) ?? '') ?? []);
      }
    } catch (error) {
      fail(error);
    } finally {
      underWay -= 1;
    }
  }

  function settle(call: Call, shared: Shared | undefined, rows: Rows): void {
    unanswered.delete(call);
    if (shared?.writes === 'answered' && rows.length > 0) call.member.hasWritten = true;
    if (rows.length === 0 && shared?.silence !== undefined) call.reject(shared.silence());
    else call.resolve([...rows]);
  }

  /** Puts a statement to those of its kind that go out next, behind what its owner asked for before. */
  function queue(statement: Statement, call: Call): void {
    const shared = kinds(statement);
    const of = shared?.many?.answers?.of;
    let at = call.member.newest;
    for (; at < batches.length; at += 1) {
      const batch = batches[at];
      if (batch?.statement === statement && shared?.many !== undefined) {
        if (of === undefined || !batch.known.has(of(call.values, batch.calls.length + 1))) break;
      }
    }
    const batch = batches[at] ?? { statement, shared, calls: [], known: new Set() };
    if (at === batches.length) batches.push(batch);
    batch.calls.push(call);
    if (of !== undefined) batch.known.add(of(call.values, batch.calls.length));
    call.member.newest = at;
    plan();
  }

  /** Whom a member has to wait for before it may touch these. */
  function holderOf(member: Member, keys: readonly string[] | undefined): Member | undefined {
    if (keys === undefined) return members.find((other) => other !== member && !other.hasEnded);
    for (const key of keys) {
      const holder = holders.get(key);
      if (holder !== undefined && holder !== member && !holder.hasEnded) return holder;
    }
    return undefined;
  }

  async function take(member: Member, keys: readonly string[] | undefined): Promise<void> {
    for (;;) {
      const holder = holderOf(member, keys);
      if (holder === undefined) break;
      member.isBlocked = true;
      setImmediate(lookWhetherAllWait);
      await holder.gone.promise;
      member.isBlocked = false;
    }
    for (const key of keys ?? []) holders.set(key, member);
  }

  function lookWhetherAllWait(): void {
    const left = members.filter(({ hasEnded }) => !hasEnded);
    if (underWay > 0 || batches.length > 0 || left.length === 0 || left.some(({ isBlocked }) => !isBlocked)) return;
    fail(new Error(WAIT_FOR_EACH_OTHER));
  }

  function share(): Share {
    const member: Member = {
      turn: undefined,
      newest: 0,
      hasEnded: false,
      isBlocked: false,
      hasWritten: false,
      answers: [],
      gone: Promise.withResolvers<void>(),
    };
    members.push(member);

    function run(statement: Statement, values: Values): Promise<QueryResultRow[]> {
      const shared = kinds(statement);
      if (shared === undefined || shared.writes === 'something') member.hasWritten = true;
      if (failedWith !== undefined) return Promise.reject(failedWith.error);
      const { promise, resolve, reject } = Promise.withResolvers<QueryResultRow[]>();
      const call: Call = { member, values, resolve, reject };
      unanswered.add(call);
      const keys = shared?.keys(values);
      if (member.turn === undefined && holderOf(member, keys) === undefined) {
        for (const key of keys ?? []) holders.set(key, member);
        queue(statement, call);
        return promise;
      }
      const mine = (member.turn ?? Promise.resolve()).then(async () => {
        await take(member, keys);
        queue(statement, call);
        if (member.turn === mine) member.turn = undefined;
      });
      member.turn = mine;
      return promise;
    }

    return {
      port: {
        query: (statement, values) => run(statement, values) as never,
        send(statement, values, act) {
          const answer = run(statement, values).then((rows) => act?.(rows));
          answer.catch(() => undefined);
          member.answers.push(answer);
        },
      },
      hasWritten: () => member.hasWritten,
      async end() {
        await member.turn;
        if (batches.length > 0) await new Promise<void>((resolve) => whenSent.push(resolve));
        member.hasEnded = true;
        member.gone.resolve();
        await Promise.all(member.answers);
      },
    };
  }

  return { share, failed: failure.promise, fail };
}

function keyOf(shared: Shared | undefined, { values }: Call): string {
  return shared?.keys(values)[0] ?? '';
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
