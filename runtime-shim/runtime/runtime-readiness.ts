import { messageOf } from '../../plugin/contract/coded-error.ts';
import type { Readiness } from '../../plugin/contract/plugin.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** Can the runtime do its work now? Reasons are sentences for the maintainer, without secrets. */
export async function runtimeReadiness(
  context: RuntimeContext,
  phase: 'starting' | 'started' | 'closing',
): Promise<Readiness> {
  if (phase !== 'started') return { ready: false, reasons: [`the runtime is ${phase}`] };
  const answers = await Promise.all([
    problemOf(() => context.storage.ping(), 'storage: '),
    problemOf(() => context.sandbox.ready(), 'sandbox: '),
    ...context.plugins().list.map(async (plugin) => {
      try {
        return (await plugin.ready()).reasons;
      } catch (error) {
        return [`${plugin.name}: ${messageOf(error)}`];
      }
    }),
  ]);
  const reasons = answers.flat();
  return { ready: reasons.length === 0, reasons };
}

async function problemOf(check: () => Promise<void>, prefix: string): Promise<string[]> {
  try {
    await check();
    return [];
  } catch (error) {
    return [`${prefix}${messageOf(error)}`];
  }
}
