import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeOf, messageOf } from '../../../plugin/contract/coded-error.ts';
import { loadBot } from '../../../runtime-shim/bot/load/load-bot.ts';
import { loadConfig } from '../../../runtime-shim/cli/config/load-config.ts';
import { botFolder } from '../../support/bot-folder.ts';
import { damaged, FUZZ_TIMEOUT_MS, nastyJson, nastyText, runs } from './fuzz.ts';
import { findSecret } from '../../support/secret-search.ts';

const SECRET = 'a-token-that-nobody-may-read-9876';
const CONFIG = {
  bot: '.',
  storage: 'sqlite:./data',
  http: { host: '127.0.0.1', port: 8024, apiToken: SECRET, trustedProxies: ['10.0.0.0/8'] },
  sandbox: { cpuMs: 1_000, wallMs: 5_000, memoryMb: 32, runners: 2 },
  livetex: [
    {
      id: 'main',
      token: { env: 'TOKEN' },
      excludedChannels: ['umnico'],
      webhook: { publicUrl: 'https://bot.example.com', key: SECRET },
      notices: { transferred: 'Диалог переведён на оператора' },
    },
  ],
};
const BOT = {
  id: 'support',
  name: 'Поддержка',
  scripts: [
    {
      code: 'start',
      type: 'standard',
      name: 'Старт',
      commands: [
        { type: 'send_text', text: 'Здравствуйте, {{ $name }}!' },
        { type: 'run_javascript', file: 'a.js', condition: 'return true' },
        { type: 'forward_to_operator' },
      ],
      menu: [{ code: '1', caption: 'Позвать', script: 'start' }],
    },
  ],
  routes: [{ name: 'к боту', regex: '^бот$', script: 'start', actsDuringTransfer: true }],
};

/** What it rejects with; `undefined` when it resolves. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error ?? new Error('rejected with nothing'),
  );
}

function endOf(error: unknown): string {
  return error === undefined ? 'read' : (codeOf(error) ?? messageOf(error));
}

/** JSON that stands in a file: right text, damaged text, no text at all. */
function fileOf(right: unknown): fc.Arbitrary<string | Uint8Array> {
  const text = (value: unknown): string => JSON.stringify(value) ?? '';
  return fc.oneof(
    { arbitrary: damaged(right).map(text), weight: 6 },
    nastyJson.map(text),
    fc.tuple(damaged(right).map(text), fc.nat(400)).map(([json, end]) => json.slice(0, end)),
    fc.uint8Array({ maxLength: 100 }),
  );
}

test(
  'whatever stands in the configuration file: a configuration, or every problem, and no secret in any',
  async () => {
    const folder = await botFolder(BOT, { 'a.js': 'return 1' });
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fileOf(CONFIG), async (content) => {
        await writeFile(join(folder, 'config.json'), content);
        const error = await failureOf(loadConfig('config.json', folder, { TOKEN: SECRET }));
        ends.add(endOf(error));
        expect(findSecret(error, SECRET)).toEqual([]);
      }),
      runs(400),
    );
    expect([...ends].every((end) => end === 'read' || end.startsWith('cli_'))).toBe(true);
    expect(ends).toContain('read');
    expect(ends).toContain('cli_json_invalid');
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'whatever stands in a bot folder: a bot, or every problem with its place',
  async () => {
    const ends = new Set<string>();
    const folder = await botFolder(BOT);
    const script = fc.oneof(
      nastyText,
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom('return 1', '})', 'await 1', '\ufeff'),
    );
    await fc.assert(
      fc.asyncProperty(fileOf(BOT), fc.option(script, { nil: undefined }), async (description, code) => {
        await writeFile(join(folder, 'bot.json'), description);
        if (code === undefined) await rm(join(folder, 'a.js'), { force: true });
        else await writeFile(join(folder, 'a.js'), code);
        const error = await failureOf(loadBot(folder));
        ends.add(endOf(error));
        expect(error === undefined ? 'bot.json' : messageOf(error)).toMatch(/bot\.json|a\.js/);
      }),
      runs(300),
    );
    expect([...ends].sort()).toEqual(['bot_invalid', 'read']);
  },
  FUZZ_TIMEOUT_MS,
);
