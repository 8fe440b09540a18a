import type { ScriptRun } from '../../runtime-shim/sandbox/contract.ts';

/** A run of a script text with nothing around it; `changes` gives it a lead, libraries, plugins. */
export function scriptRun(code: string, changes: Partial<ScriptRun> = {}): ScriptRun {
  return {
    botId: 'test',
    file: 'скрипт.js',
    code,
    args: { botId: 'test', leadId: '7' },
    lead: { data: { id: '7', name: 'Анна' }, channel: 'telegram', attributes: {}, systemAttributes: {}, tags: [] },
    bot: { attributes: {} },
    memory: {},
    libraries: {},
    plugins: [],
    call: async () => 'null',
    ...changes,
  };
}
