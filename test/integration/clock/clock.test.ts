/** Real servers whose clock somebody sets, and that were off for days: nothing is given up for it, and nothing waits for tomorrow. */
import { expect, test } from 'vitest';
import { usePostgres } from '../../support/postgres-database.ts';
import { type ClockStand, clockStand } from './clock-stand.ts';

const DAY_MS = 24 * 3_600_000;
const LONG = 120_000;

const database = usePostgres();

/** The same on SQLite and PostgreSQL, at the same time: most of it is waiting for the next try. */
async function onBoth(story: (stand: ClockStand) => Promise<void>): Promise<void> {
  const told = async (place: string): Promise<void> => {
    await story(await clockStand(place)).catch((error: unknown) => {
      throw new Error(`on ${place.slice(0, place.indexOf(':'))}`, { cause: error });
    });
  };
  await Promise.all([told('sqlite:data'), told(database.emptySchema())]);
}

test(
  'four tries, three days off, seconds more of the outage: no dialog loses its head',
  { timeout: LONG },
  async () => {
    await onBoth(async (stand) => {
      const { emulator } = stand;
      const outage = emulator.faults.add({ kind: 'status', status: 503, methods: ['sendText'] });
      const first = await stand.start();
      for (const lead of ['1', '2', '3']) await stand.say(first.url, lead, 'Где заказ?');
      await expect.poll(() => emulator.requests.count('sendText'), { timeout: LONG }).toBeGreaterThanOrEqual(12);
      first.command.child.kill('SIGTERM');
      expect(await first.command.end).toMatchObject({ code: 0 });

      await stand.setClock(3 * DAY_MS);
      const before = emulator.requests.count('sendText');
      const second = await stand.start();
      expect(await stand.run('outbox', 'retry', 'all')).toMatchObject({ code: 0 });
      await expect
        .poll(() => emulator.requests.count('sendText'), { timeout: LONG })
        .toBeGreaterThanOrEqual(before + 3);
      const listed = await stand.run('outbox', 'list', '--json');
      expect(JSON.parse(listed.stdout)).toMatchObject({
        entries: [{ state: 'stuck' }, { state: 'stuck' }, { state: 'stuck' }],
      });

      outage();
      expect(await stand.run('outbox', 'retry', 'all')).toMatchObject({ code: 0 });
      for (const lead of ['1', '2', '3']) {
        await expect.poll(() => stand.texts(lead), { timeout: LONG }).toEqual(['Где заказ?', 'Здравствуйте!']);
      }
      second.command.child.kill('SIGTERM');
      expect(await second.command.end).toMatchObject({ code: 0 });
    });
  },
);

test(
  'a day forward, a failure, a day back: the message goes at the next try, not tomorrow',
  { timeout: LONG },
  async () => {
    await onBoth(async (stand) => {
      const { emulator } = stand;
      const { command, url } = await stand.start();
      const outage = emulator.faults.add({ kind: 'status', status: 503, methods: ['sendText'] });
      await stand.setClock(DAY_MS);
      await stand.say(url, '1', 'Алло?');
      await expect.poll(() => emulator.requests.count('sendText'), { timeout: LONG }).toBeGreaterThanOrEqual(2);
      await stand.setClock(0);
      outage();
      await stand.say(url, '2', 'И я');
      for (const [lead, text] of [
        ['1', 'Алло?'],
        ['2', 'И я'],
      ] as const) {
        await expect.poll(() => stand.texts(lead), { timeout: LONG }).toEqual([text, 'Здравствуйте!']);
      }
      command.child.kill('SIGTERM');
      expect(await command.end).toMatchObject({ code: 0 });
    });
  },
);

test('the clock goes back while the server is off: what waited goes after the start', { timeout: LONG }, async () => {
  await onBoth(async (stand) => {
    const { emulator } = stand;
    await stand.setClock(DAY_MS);
    const outage = emulator.faults.add({ kind: 'status', status: 503, methods: ['sendText'] });
    const first = await stand.start();
    await stand.say(first.url, '1', 'Алло?');
    await expect.poll(() => emulator.requests.count('sendText'), { timeout: LONG }).toBeGreaterThanOrEqual(1);
    first.command.child.kill('SIGTERM');
    await first.command.end;
    await stand.setClock(0);
    outage();
    await stand.start();
    await expect.poll(() => stand.texts('1'), { timeout: LONG }).toEqual(['Алло?', 'Здравствуйте!']);
  });
});
