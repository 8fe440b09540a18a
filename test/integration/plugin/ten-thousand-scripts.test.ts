import { expect, test } from 'vitest';
import type { LeadRef } from '../../../plugin/contract/lead.ts';
import type { EmulatedTouchPoint } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { bindingOf, startDesk } from '../../support/desk.ts';
import { LIVETEX, scriptRun, useSandbox } from '../../support/sandbox-under-test.ts';
import { createTestClock } from '../../support/test-clock.ts';

const SCRIPTS = 10_000;
/** Some 7 s of two idle cores; a loaded machine takes several times that. It only ends a hang. */
const TIMEOUT_MS = 240_000;
/** The cache's period (`plugin/client/availability.ts`), moved on by the test's clock. */
const CACHE_PERIOD_MS = 5_000;

test(
  '10,000 scripts that ask for operators at once cause one request per binding and cache period',
  async () => {
    // The clock stands still, so that all scripts ask in one period however slow the machine is.
    const clock = createTestClock();
    let second: EmulatedTouchPoint | undefined;
    await using desk = await startDesk({
      clock,
      binding: { excludedChannels: ['viber'] },
      more: (emulator, publicUrl) => {
        second = emulator.addTouchPoint({ operators: [{ firstName: 'Вера', status: 'offline' }] });
        return [{ ...bindingOf(second, publicUrl), id: 'second', excludedChannels: ['telegram'] }];
      },
    });
    const ask = desk.host.plugin.guest.functions.get('hasOnlineOperators');
    const sandbox = useSandbox({ runners: 2 });

    async function runAll(count: number): Promise<Map<unknown, number>> {
      const results = await Promise.all(
        Array.from({ length: count }, (_, index) => {
          const lead: LeadRef = { botId: 'test', channel: index % 2 ? 'viber' : 'telegram', externalId: String(index) };
          return sandbox.run(
            scriptRun('return [lead.getChannelCode(), livetex.hasOnlineOperators()].join()', {
              plugins: LIVETEX,
              lead: { data: {}, channel: lead.channel, attributes: {}, systemAttributes: {}, tags: [] },
              call: async (_plugin, _name, args, signal) =>
                JSON.stringify(await ask?.({ lead, signal }, JSON.parse(args))),
            }),
          );
        }),
      );
      const answers = results.map((result) => (result.ok ? result.returned : result.error.message));
      return new Map([...new Set(answers)].map((answer) => [answer, answers.filter((one) => one === answer).length]));
    }

    const half = SCRIPTS / 2;
    expect(await runAll(SCRIPTS)).toEqual(
      new Map([
        ['telegram,true', half],
        ['viber,false', half],
      ]),
    );
    const perBinding = () => [desk.emulator, second].map((point) => point?.requests.count('getDestinations'));
    expect(perBinding()).toEqual([1, 1]);

    await clock.advance(CACHE_PERIOD_MS + 1);
    await runAll(100);
    expect(perBinding()).toEqual([2, 2]);
  },
  TIMEOUT_MS,
);
