import { onTestFinished } from 'vitest';
import { createRuntimeFrom } from '../../runtime-shim/runtime/create-runtime.ts';
import type {
  Runtime,
  RuntimeActivity,
  RuntimeOptions,
  TranscriptMessage,
} from '../../runtime-shim/runtime/contract.ts';
import { botFolder } from './bot-folder.ts';
import { sharedSandbox } from './shared-sandbox.ts';
import { watchedLogger } from './watched-logger.ts';

export interface StartedRuntime extends Runtime {
  readonly activities: RuntimeActivity[];
  /** The lead "1" of the channel "telegram" writes, and everything that follows is done. */
  say(text: string, externalId?: string): Promise<void>;
  /** What the lead sees: `from: text`. */
  chat(externalId?: string): Promise<string[]>;
}

/** A started runtime on a bot of these scripts (or on a folder), closed when the test ends. Its sandbox is the file's, unless `sandbox` says otherwise. */
export async function startRuntime(
  bot:
    | string
    | { readonly scripts: unknown; readonly routes?: unknown; readonly files?: Readonly<Record<string, string>> },
  options: Partial<RuntimeOptions> = {},
): Promise<StartedRuntime> {
  const folder =
    typeof bot === 'string'
      ? bot
      : await botFolder({ id: 'test', scripts: bot.scripts, ...(bot.routes ? { routes: bot.routes } : {}) }, bot.files);
  const runtime = await createRuntimeFrom(
    { logger: watchedLogger(), ...options, bot: folder, sandbox: { runners: 1, spares: 0, ...options.sandbox } },
    options.sandbox === undefined ? { sandbox: sharedSandbox() } : {},
  );
  onTestFinished(() => runtime.close());
  const activities: RuntimeActivity[] = [];
  runtime.onActivity((activity) => activities.push(activity));
  await runtime.start();
  return Object.assign(runtime, {
    activities,
    say: async (text: string, externalId = '1') => {
      await runtime.receive({ channel: 'telegram', externalId, text });
      await runtime.idle();
    },
    chat: async (externalId = '1') => (await runtime.messages('telegram', externalId, 0)).map(lineText),
  });
}

function lineText({ from, text, buttons, attachments, operator }: TranscriptMessage): string {
  const files = (attachments ?? []).map((file) => `<${file.url}>`);
  const rows = (buttons ?? []).map((row) => `[${row.map((button) => button.text).join('|')}]`);
  const who = operator === undefined ? from : `${from} ${operator}`;
  return `${who}: ${[...files, ...(text === undefined ? [] : [text]), ...rows].join(' ')}`;
}
