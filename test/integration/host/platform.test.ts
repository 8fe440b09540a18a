/** A platform with a database of its own is killed at every step that it has, and nothing is lost, doubled or out of order. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { LiveTexEmulator } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { type BuiltPackage, copyPackage } from '../../support/built-package.ts';
import { useEmulator } from '../../support/emulator.ts';
import { lastingPort } from '../../support/lasting-port.ts';

const USER = 'support:site:42';
/** Only ends a hang. */
const WAIT_MS = 120_000;
const TRANSCRIPT = [
  'lead: привет',
  'bot: Вы сказали: привет',
  'lead: оператор',
  'bot: Зову оператора.',
  'notice: Диалог переведён на оператора',
  'notice: Оператор Мария подключился к диалогу',
  'operator: Слушаю вас',
  'lead: спасибо',
  'notice: Оператор вернул диалог боту',
  'bot: Снова бот',
  'lead: ещё',
  'bot: Вы сказали: ещё',
];
/** What reaches LiveTex. While the operator has the dialog, the bot's answer is held back. */
const MIRRORED = TRANSCRIPT.filter((line) => /^(lead|bot)/.test(line)).map((line) => line.replace(/^\w+: /, ''));

let built: BuiltPackage;
beforeAll(async () => {
  built = await copyPackage();
});
afterAll(() => built.remove());

interface Life {
  readonly child: ChildProcess;
  readonly gone: Promise<unknown>;
}

/** One platform on its folder, started again whenever it is gone. */
class Platform {
  readonly deaths: Array<string | null> = [];
  readonly url: string;
  private life: Life | undefined;
  private ended = false;
  private readonly start: () => ChildProcess;

  constructor(start: () => ChildProcess, port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.start = start;
  }

  live(): void {
    const child = this.start();
    let output = '';
    child.stderr?.on('data', (bytes) => void (output += String(bytes)));
    const gone = once(child, 'exit').then(([code, signal]: unknown[]) => {
      this.deaths.push(signal === 'SIGKILL' ? 'SIGKILL' : `${String(code)} ${output}`);
      if (!this.ended && this.deaths.length < 10) this.live();
    });
    this.life = { child, gone };
  }

  async end(): Promise<void> {
    this.ended = true;
    this.life?.child.kill('SIGKILL');
    await this.life?.gone;
  }

  async lines(): Promise<string[]> {
    const answer = await this.ask({});
    const lines = (await answer?.json().catch(() => [])) as Array<{ who: string; text: string }> | undefined;
    return (lines ?? []).map(({ who, text }) => `${who}: ${text}`);
  }

  async ask(init: RequestInit): Promise<Response | undefined> {
    return fetch(`${this.url}/leads/42/messages`, init).catch(() => undefined);
  }
}

/** As a channel does: the same message until somebody takes it. */
async function say(platform: Platform, id: string, text: string): Promise<void> {
  const body = JSON.stringify({ id, text });
  const taken = async () => (await platform.ask({ method: 'POST', body }))?.status;
  await expect.poll(taken, { timeout: WAIT_MS }).toBe(202);
}

/** The lead sees the story so far, and nothing else. */
async function shows(platform: Platform, count: number): Promise<void> {
  await expect.poll(() => platform.lines(), { timeout: WAIT_MS }).toEqual(TRANSCRIPT.slice(0, count));
}

async function story(platform: Platform, emulator: LiveTexEmulator): Promise<void> {
  await say(platform, 'm1', 'привет');
  await shows(platform, 2);
  await say(platform, 'm2', 'оператор');
  await shows(platform, 5);
  await emulator.dialogs.when(USER, ({ state }) => state === 'queued', WAIT_MS);
  emulator.dialogs.read(USER, 'maria');
  await shows(platform, 6);
  emulator.dialogs.reply(USER, 'maria', 'Слушаю вас');
  await shows(platform, 7);
  await say(platform, 'm3', 'спасибо');
  await shows(platform, 8);
  emulator.dialogs.close(USER, 'maria');
  await shows(platform, 10);
  await say(platform, 'm4', 'ещё');
  await shows(platform, 12);
}

async function play(
  killAt: readonly string[],
): Promise<{ readonly steps: string[]; readonly deaths: Array<string | null> }> {
  const emulator = await useEmulator({ operators: [{ id: 'maria', firstName: 'Мария', status: 'online' }] });
  const port = await lastingPort();
  const folder = await mkdtemp(join(tmpdir(), 'platform-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'node_modules'));
  await symlink(built.folder, join(folder, 'node_modules', 'metabot24-livetex'));
  const program = join(import.meta.dirname, 'mortal-platform.ts');
  const platform = new Platform(() => {
    const env = { ...process.env, KILL_AT: killAt.join('\n') };
    const args = ['--preserve-symlinks', program, folder, String(port), emulator.url, emulator.token];
    return spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  }, port);
  platform.live();
  onTestFinished(() => platform.end());
  await story(platform, emulator);

  const mirrored = (): string[] =>
    (emulator.dialogs.get(USER)?.messages ?? []).flatMap(({ from, text }) =>
      from === 'user' && text !== undefined ? [text.replace(/^.*\n/u, '')] : [],
    );
  // A message under way at LiveTex when the process died may be there twice, and then at once: that is promised.
  const withoutRepeats = (): string[] => mirrored().filter((text, index, all) => text !== all[index - 1]);
  await expect.poll(withoutRepeats, { timeout: WAIT_MS }).toEqual(MIRRORED);
  expect(mirrored().length - MIRRORED.length).toBeLessThanOrEqual(killAt.length);
  // And nothing comes behind it.
  expect(await platform.lines()).toEqual(TRANSCRIPT);
  await platform.end();
  const steps = readFileSync(join(folder, 'steps'), 'utf8').trim().split('\n');
  return { steps: [...new Set(steps)], deaths: platform.deaths };
}

/** All steps of the example's program, in the order in which the story meets them. */
const STEPS = [
  'a message, before it is stored',
  'a message, stored',
  'LeadMessage, before it is told',
  'LeadMessage, told',
  'LeadMessage, noted',
  'BotMessage, before it is told',
  'BotMessage, told',
  'BotMessage, noted',
  'TransferRequested, before it is told',
  'TransferRequested, told',
  'TransferRequested, noted',
  'deliver notice, before it is stored',
  'deliver notice, stored',
  'deliver operator, before it is stored',
  'deliver operator, stored',
  'setForwarded true, before it is stored',
  'setForwarded true, stored',
  'setForwarded false, before it is stored',
  'setForwarded false, stored',
  'runScript, before it is stored',
  'runScript, stored',
  'a webhook, before it is taken',
  'a webhook, taken',
];

test('nobody dies: the story, with every step that the program has', async () => {
  const { steps, deaths } = await play([]);
  expect(new Set(steps)).toEqual(new Set(STEPS));
  expect(deaths).toEqual(['SIGKILL']);
});

/** Many processes start one after the other, on a machine that does other things too. */
const STORY_TIMEOUT_MS = 400_000;
/** Stories with two deaths each, at steps that lie apart: after a third under one job, that job waits for a minute. */
const STORIES = 12;
/** Most of a story is waiting. */
const AT_ONCE = 3;
const storyOf = (number: number): readonly string[] => STEPS.filter((_, index) => index % STORIES === number);

test.each(Array.from({ length: STORIES / AT_ONCE }, (_, number) => number * AT_ONCE))(
  'killed at any of the steps, stories from %i on: the lead and LiveTex see the same story',
  async (first) => {
    const stories = Array.from({ length: AT_ONCE }, (_, number) => storyOf(first + number));
    const played = await Promise.all(stories.map(async (killAt) => ({ killAt, deaths: (await play(killAt)).deaths })));
    // By its own hand at each of the steps, and by the test's at the end.
    const expected = stories.map((killAt) => ({ killAt, deaths: [...killAt, 'the end'].map(() => 'SIGKILL') }));
    expect(played).toEqual(expected);
  },
  STORY_TIMEOUT_MS,
);
