import { describe, expect, it } from 'vitest';
import type { LeadRef } from '../../../plugin/contract/lead.ts';
import type { ScriptType } from '../../../plugin/contract/script-types.ts';
import { startDesk } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';

const none = async (): Promise<void> => {};

describe('choosing by availability', () => {
  it.each<{ online: boolean; scripts: ScriptType[]; chosen: unknown }>([
    {
      online: true,
      scripts: ['transfer_online', 'transfer_offline', 'transfer'],
      chosen: { do: 'run', script: { type: 'transfer_online' } },
    },
    {
      online: false,
      scripts: ['transfer_online', 'transfer_offline', 'transfer'],
      chosen: { do: 'run', script: { type: 'transfer_offline' } },
    },
    { online: true, scripts: ['transfer_offline', 'transfer'], chosen: { do: 'run', script: { type: 'transfer' } } },
    { online: false, scripts: ['transfer_online'], chosen: { do: 'event', event: 'TransferRequested' } },
  ])('online $online with $scripts', async ({ online, scripts, chosen }) => {
    await using desk = await startDesk();
    for (const type of scripts) desk.host.scripts.set(type, none);
    if (!online) for (const { id } of desk.emulator.operators.list()) desk.emulator.operators.setStatus(id, 'offline');
    expect(await desk.host.plugin.chooseTransfer(LEAD)).toEqual(chosen);
    expect(await desk.host.plugin.afterScript(LEAD, [{ action: 'runTransferScript' }])).toEqual([chosen]);
  });

  it('answers the actions of a script in their order, and names one that it does not know', async () => {
    await using desk = await startDesk();
    const { plugin } = desk.host;
    expect(await plugin.afterScript(LEAD, [{ action: 'returnToBot' }, { action: 'transferToOperator' }])).toEqual([
      { do: 'event', event: 'ReturnRequested' },
      { do: 'event', event: 'TransferRequested' },
    ]);
    await expect(plugin.afterScript(LEAD, [{ action: 'explode' }])).rejects.toMatchObject({ code: 'action_unknown' });
  });

  it('10,000 scripts that ask at once cause one request', async () => {
    await using desk = await startDesk();
    const ask = desk.host.plugin.guest.functions.get('hasOnlineOperators');
    const signal = AbortSignal.timeout(60_000);
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, async (_, index) =>
        ask?.({ lead: { ...LEAD, externalId: `${index}` }, signal }, null),
      ),
    );
    expect(new Set(answers)).toEqual(new Set([true]));
    expect(desk.emulator.requests.count('getDestinations')).toBe(1);
  });

  it('what cannot be known is false, with the reason in the log of the author', async () => {
    await using desk = await startDesk();
    desk.emulator.faults.add({ kind: 'status', status: 503 });
    const ask = desk.host.plugin.guest.functions.get('hasOnlineOperators');
    const context = (lead: LeadRef) => ({ lead, signal: AbortSignal.timeout(60_000) });
    expect(await ask?.(context(LEAD), null)).toBe(false);
    expect(await ask?.(context({ ...LEAD, channel: 'jivo' }), null)).toBe(false);
    expect(desk.host.log).toEqual([
      { level: 'warn', text: expect.stringContaining('HTTP 503') },
      { level: 'warn', text: expect.stringContaining('channel_excluded') },
    ]);
    await desk.host.plugin.chooseTransfer(LEAD);
    expect(desk.host.log.at(-1)?.text).toMatch(/^Выбор скрипта перевода: .*HTTP 503/);
  });
});
