import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A contender or a load generator in a process of its own, so that its memory, its event loop and its heap are its own. */
export interface Child {
  readonly pid: number;
  /** Asks and waits; rejects with what the child says is wrong. */
  ask<Answer>(question: unknown): Promise<Answer>;
  end(): Promise<void>;
}

interface Answered {
  readonly value?: unknown;
  readonly error?: string;
}

/** Starts `file`, which calls `answerParent`. */
export function startChild(file: URL, args: readonly string[] = []): Child {
  const child = fork(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return {
    pid: child.pid ?? 0,
    async ask<Answer>(question: unknown) {
      const heard = new AbortController();
      child.send({ question });
      const answers = [once(child, 'message', heard), ended(child, heard)];
      const [answer] = (await Promise.race(answers).finally(() => heard.abort())) as [Answered];
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.value as Answer;
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

async function ended(child: ChildProcess, heard: AbortController): Promise<[Answered]> {
  const [code, signal] = (await once(child, 'exit', heard)) as [number | null, string | null];
  return [{ error: `a process of the benchmark ended (code ${String(code)}, signal ${String(signal)})` }];
}

/** The child's side: answers each question in turn; `close` is called when the parent lets go. */
export function answerParent(answer: (question: never) => Promise<unknown>, close: () => Promise<void>): void {
  process.on('message', (message: { question: never }) => {
    answer(message.question).then(
      (value) => process.send?.({ value }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.once('disconnect', () => {
    void close().finally(() => process.exit());
  });
}
