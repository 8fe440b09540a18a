/** One contender of the script benchmark in a process of its own: answers with a measurement per concurrency. */
import { answerParent } from '../child.ts';
import { measure } from '../measure.ts';
import { freshIsolate } from './fresh-isolate.ts';
import { nodeVm } from './node-vm.ts';
import { ours, oursAsking } from './ours.ts';
import { quickJs } from './quickjs.ts';
import type { ScriptRunner } from './script.ts';

const RIVALS: Readonly<Record<string, () => ScriptRunner | Promise<ScriptRunner>>> = {
  ours,
  oursAsking,
  freshIsolate,
  quickJs,
  nodeVm,
};

const make = RIVALS[process.argv[2] ?? ''];
if (make === undefined) throw new Error(`no such contender: ${String(process.argv[2])}`);
const runner = await make();

answerParent(
  async ({ concurrency, forMs }: { concurrency: number; forMs: number }) => ({
    name: runner.name,
    ...(await measure(() => runner.run(), { concurrency, forMs })),
  }),
  () => runner.close(),
);
