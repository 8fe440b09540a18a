/** `lead export` and `lead forget` beside a running server: everything of a lead goes, and nothing of anybody else. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { say, setUpServer } from '../../support/served.ts';

const BOT = {
  id: 'support',
  scripts: [
    {
      code: 'start',
      commands: [
        { type: 'run_javascript', file: 'start.js' },
        { type: 'value_input', text: 'Ваш телефон?', attribute: 'phone' },
        { type: 'forward_to_operator' },
      ],
    },
  ],
};

/** Every file of the data folder that holds one of these words. */
async function filesWith(folder: string, words: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    const bytes = await readFile(join(folder, name));
    if (words.some((word) => bytes.includes(word))) found.push(name);
  }
  return found;
}

/** The bot has asked for the lead's telephone. */
async function asked(url: string, lead: string): Promise<void> {
  const messages = async () =>
    await (await fetch(`${url}/api/channels/telegram/leads/${encodeURIComponent(lead)}/messages`)).text();
  await expect.poll(messages).toContain('Ваш телефон?');
}

test(
  'a lead is exported whole and forgotten whole, its neighbours stay, and the server goes on',
  { timeout: 240_000 },
  async () => {
    const script = `lead.setAttr('знак', 'Sign-' + lead.getData('name')); memory.setAttr('m', 'Mind-' + lead.getData('name'));
lead.setLiveTexAttr('номер', 'Number-' + lead.getData('name')); console.log('Log-' + lead.getData('name'));`;
    const { folder, emulator, start, run } = await setUpServer({}, BOT, { 'start.js': script });
    const config = JSON.parse(await readFile(join(folder, 'livetex.json'), 'utf8')) as { livetex: object[] };
    expect(config.livetex).toHaveLength(1);
    const { url, command } = await start();
    const leads = ['7', '70', '7:0'];
    for (const lead of leads) {
      await say(url, `Hello-of-${lead}.`, lead, `Name${lead}.`);
      await asked(url, lead);
      await say(url, `Phone-of-${lead}.`, lead, `Name${lead}.`);
      await emulator.dialogs.when(`support:telegram:${lead}`, ({ selections }) => selections > 0);
    }
    // One message that LiveTex refuses, and two that wait because it is away.
    emulator.faults.add({ kind: 'status', status: 400, methods: ['sendText'], times: 1 });
    await say(url, 'Dead-of-7.', '7', 'Name7.');
    await command.seen(/job given up/);
    emulator.faults.add({ kind: 'status', status: 503, methods: ['sendText'] });
    for (const lead of leads) await say(url, `Waits-of-${lead}.`, lead, `Name${lead}.`);
    await command.seen(/job retry/);

    const exported = await run('lead', 'export', 'telegram', '7');
    expect({ code: exported.code, stderr: exported.stderr }).toEqual({ code: 0, stderr: '' });
    const words = [
      'Hello-of-7.',
      'Phone-of-7.',
      'Dead-of-7.',
      'Waits-of-7.',
      'Sign-Name7.',
      'Number-Name7.',
      'Log-Name7.',
    ];
    for (const word of words) expect(exported.stdout).toContain(word);
    expect(exported.stdout).not.toContain('-of-70.');
    expect(JSON.parse(exported.stdout)).toMatchObject({
      lead: { botId: 'support', channel: 'telegram', externalId: '7' },
      record: { name: 'Name7.', attributes: { phone: { value: 'Phone-of-7.' } } },
      plugins: { livetex: { dialogs: [{ binding: 'main', state: { mode: 'waiting' } }] } },
    });

    const forgotten = await run('lead', 'forget', 'telegram', '7');
    expect({ code: forgotten.code, stderr: forgotten.stderr }).toEqual({ code: 0, stderr: '' });
    expect(forgotten.stdout).toContain('binding "main", user id support:telegram:7. Only LiveTex can delete it there.');
    expect((await fetch(`${url}/api/channels/telegram/leads/7`)).status).toBe(404);
    for (const action of ['export', 'forget']) {
      expect(await run('lead', action, 'telegram', '7')).toMatchObject({ code: 1, stdout: '' });
    }
    // "telegram:7" is the beginning of its neighbours' names, so it is looked for with the sign that ends it in a JSON text.
    const traces = [...words, 'Mind-Name7.', 'Name7.', 'support:telegram:7"', '"externalId":"7"'];
    expect(await filesWith(join(folder, 'data'), traces)).toEqual([]);
    for (const lead of ['70', '7:0']) {
      const other = await run('lead', 'export', 'telegram', lead);
      for (const word of ['Hello', 'Phone', 'Waits']) expect(other.stdout).toContain(`${word}-of-${lead}.`);
    }

    emulator.faults.clear();
    await say(url, 'Anew.', '7', 'Somebody');
    await asked(url, '7');
    expect((await run('storage', 'check')).code).not.toBe(2);
    command.child.kill('SIGTERM');
    expect((await command.end).code).toBe(0);
    expect(await run('storage', 'check')).toMatchObject({ code: 0 });
  },
);
