/** SIGKILL between the time at which a run is due and its end: it runs once, or once more from its start. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { json, startHttpServer } from '../../support/http-server.ts';
import { say, setUpServer } from '../../support/served.ts';

const BOT = {
  id: 'support',
  scripts: [
    {
      code: 'start',
      commands: [
        { type: 'run_javascript', file: 'start.js' },
        { type: 'send_text', text: 'Напомню' },
      ],
    },
    { code: 'remind', commands: [{ type: 'run_javascript', file: 'remind.js' }] },
  ],
};

async function killed(command: Awaited<ReturnType<Awaited<ReturnType<typeof setUpServer>>['start']>>['command']) {
  const gone = once(command.child, 'exit');
  command.child.kill('SIGKILL');
  await gone;
}

test(
  'a run that was due while nothing ran, and one that died in the middle, come once, with nothing of the first try',
  { timeout: 240_000 },
  async () => {
    let answers = false;
    const crm = await startHttpServer(() => (answers ? json({ ok: true }) : undefined));
    const { start } = await setUpServer({ api: { allow: [`${crm.url}/`] }, sandbox: { wallMs: 60_000 } }, BOT, {
      'start.js': `bot.scheduleJob({ script_code: 'remind', run_after_sec: 1, add_tags: 'напомнили' });`,
      'remind.js': `lead.setAttr('раз', Number(lead.getAttr('раз') || 0) + 1); bot.sendMessage('Пора'); table.createItem('log', { n: 1 });
      api.getJson('${crm.url}/'); lead.setAttr('строк', table.find('log').length);`,
    });
    const first = await start();
    const ofLead = async (url: string): Promise<string> =>
      await (await fetch(`${url}/api/channels/telegram/leads/42/messages`)).text();
    await say(first.url, 'привет');
    await expect.poll(() => ofLead(first.url), { timeout: 60_000 }).toContain('Напомню');
    await killed(first.command);
    // It is due by now, or will be soon: it dies while it waits for the server.
    const before = crm.requests.length;
    const second = await start();
    await crm.received(before + 1);
    await killed(second.command);
    answers = true;
    const third = await start();
    await expect.poll(() => ofLead(third.url), { timeout: 60_000 }).toContain('Пора');
    expect((await ofLead(third.url)).split('Пора')).toHaveLength(2);
    const view = (await (await fetch(`${third.url}/api/channels/telegram/leads/42`)).json()) as {
      attributes: unknown;
      lead: { tags: unknown };
    };
    expect([view.attributes, view.lead.tags]).toEqual([{ раз: '1', строк: '1' }, ['напомнили']]);
    // Once with the server that died, once with the last; a slow first one may have begun, too.
    expect(crm.requests.length).toBeGreaterThan(1);
  },
);
