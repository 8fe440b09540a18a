/**
 * LiveTex in every kind of trouble, in the middle of the work of a real server, which is off for three days meanwhile and whose clock is
 * set back afterwards: all arrives, in order, without a rush.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EmulatorFault } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { type BuiltPackage, copyPackage } from '../../support/built-package.ts';
import { settableClock, temporaryFolder } from '../../support/command.ts';
import { metricsOf } from './check-stand.ts';
import { LeadClient } from './lead-client.ts';
import { mostAtOnce } from './most-at-once.ts';
import { prepareStand } from './stand.ts';
import { untilQuiet } from './until-quiet.ts';
import { BOT_HEADER, LEAD_HEADER } from './words.ts';

const LEADS = 24;
const ROUNDS = 3;
const MAX_IN_FLIGHT = 4;
/** Each request takes at least this, ms, so that those under way at one time can be counted. */
const LATENCY_MS = 40;
/** Bounds a hang only. */
const TIMEOUT_MS = 600_000;
const THREE_DAYS_MS = 3 * 24 * 3_600_000;
/** None of them has an effect: so nothing may come twice. */
const TROUBLES: readonly EmulatorFault[] = [
  { kind: 'reset', when: 'before', methods: ['sendText'], times: 20 },
  { kind: 'status', status: 503, methods: ['sendText'], times: 20 },
  { kind: 'status', status: 429, retryAfter: '1', methods: ['sendText'], times: 2 },
  { kind: 'status', status: 200, body: '', methods: ['sendText'], times: 4 },
  { kind: 'html', methods: ['sendText'], times: 20 },
];

let built: BuiltPackage;

beforeAll(async () => {
  built = await copyPackage();
});

afterAll(async () => {
  await built.remove();
});

test(
  '503, 429, resets, HTML and empty answers: every message once and in order, a bounded number of requests at once',
  { timeout: TIMEOUT_MS },
  async () => {
    const clock = join(await temporaryFolder({ clock: '0' }), 'clock');
    const env = settableClock(clock);
    const stand = await prepareStand(built.launcher, { binding: { maxInFlight: MAX_IN_FLIGHT }, env: () => env });
    try {
      const { server, dispatcher, liveTex } = stand;
      const { emulator } = liveTex;
      server.start();
      await server.untilListening();
      await emulator.faults.add({ kind: 'latency', ms: LATENCY_MS });
      const names = Array.from({ length: LEADS }, (_, index) => String(index + 1));
      const clients = names.map(
        (externalId) =>
          new LeadClient({ server, dispatcher, channel: 'chat', externalId, knocks: false, onLine: () => undefined }),
      );
      for (let round = 1; round <= ROUNDS; round += 1) {
        await Promise.all(clients.map(async (client) => await client.say(`m${round}`, `сообщение ${round}`)));
        if (round === 1) await untilQuiet(stand);
        if (round !== 2) continue;
        for (const trouble of TROUBLES) await emulator.faults.add(trouble);
        await server.drain();
        await writeFile(clock, String(THREE_DAYS_MS));
        server.start();
        await server.untilListening();
      }
      await writeFile(clock, '0');
      await untilQuiet(stand);

      const left = (await emulator.faults.list()).map(({ kind }) => kind);
      expect(left).toEqual(['latency']);
      const wanted = Array.from({ length: ROUNDS }, (_, index) => [
        `${LEAD_HEADER}\nсообщение ${index + 1}`,
        `${BOT_HEADER}\nбот ${index + 1}`,
      ]).flat();
      for (const name of names) {
        const dialog = await emulator.dialogs.get(`support:chat:${name}`);
        expect(dialog?.messages.map(({ text }) => text)).toEqual(wanted);
      }
      expect(mostAtOnce(await emulator.requests.list('sendText'), LATENCY_MS)).toBeLessThanOrEqual(MAX_IN_FLIGHT);
      const metrics = await metricsOf(server.url, dispatcher);
      expect([...metrics].filter(([name, value]) => /_dead\{/.test(name) && value > 0)).toEqual([]);
      expect(server.complaints).toEqual([]);
    } finally {
      await stand.close();
    }
  },
);
