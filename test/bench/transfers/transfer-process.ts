/** Transfers from the request to the end: asked for, read, answered, closed. Arguments: `sqlite` or a storage specification; LiveTex's address. */
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import type { LiveTexHost } from '../../../plugin/contract/host.ts';
import type { LeadRef } from '../../../plugin/contract/lead.ts';
import { answerParent } from '../child.ts';
import { together } from '../mirror/accept-all.ts';
import type { Order } from '../mirror/senders.ts';
import { IN_FLIGHT, TOKEN } from '../mirror/texts.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { BINDING, BOT_ID, leadNumber, operatorText, WEBHOOK_KEY } from '../webhooks/event.ts';

/** Leads who are handed over at one time. */
const AT_ONCE = 16;

const [kind = '', baseUrl = ''] = process.argv.slice(2);
const folder = temporaryFolder();
/** What is waited for, by lead. */
const waiting = new Map<string, () => void>();
const happened = ({ externalId }: LeadRef, what: string): void => waiting.get(`${externalId} ${what}`)?.();
const host: LiveTexHost = {
  attributes: { get: async () => ({ name: 'Пётр', attributes: { Город: 'Казань' } }) },
  hasScript: async () => false,
  runScript: async () => undefined,
  deliver: async (lead, { kind: what }) => happened(lead, what),
  setForwarded: async (lead, { forwarded }) => happened(lead, forwarded ? 'forwarded' : 'returned'),
};
const plugin = await createLiveTexPlugin({
  bindings: [
    {
      id: BINDING,
      token: TOKEN,
      baseUrl,
      maxInFlight: IN_FLIGHT,
      webhook: { key: WEBHOOK_KEY, publicUrl: 'http://127.0.0.1:9/' },
    },
  ],
  storage: kind === 'sqlite' ? `sqlite:${folder.path}` : kind,
  host,
});
await plugin.start();

answerParent(
  async (order: Order) => {
    const startedAt = performance.timeOrigin + performance.now();
    await together(order, transfer, AT_ONCE);
    return { startedAt, acceptedAt: performance.timeOrigin + performance.now() };
  },
  async () => {
    await plugin.close();
    folder.remove();
  },
);

/** One lead's transfer; it makes the requests that the section counts. */
async function transfer(number: number): Promise<void> {
  const lead = leadNumber(number);
  const common = (id: string) => ({ id: `${id}-${number}`, lead, at: Date.now() });
  await until(lead, 'forwarded', () =>
    plugin.accept([
      { ...common('m1'), type: 'LeadMessage', content: { text: 'Позовите оператора' } },
      { ...common('b1'), type: 'BotMessage', content: { text: 'Зову' } },
      { ...common('t'), type: 'TransferRequested' },
    ]),
  );
  await until(lead, 'text', () => post(operatorText(`first-${number}`, number)));
  await plugin.accept([{ ...common('m2'), type: 'LeadMessage', content: { text: 'Где заказ?' } }]);
  await until(lead, 'text', () => post(operatorText(`second-${number}`, number)));
  await until(lead, 'returned', () => post(closed(number)));
}

async function until(lead: LeadRef, what: string, act: () => Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.set(`${lead.externalId} ${what}`, resolve);
  await act();
  await promise;
  waiting.delete(`${lead.externalId} ${what}`);
}

async function post(event: string): Promise<void> {
  const { status, body } = await plugin.webhook(BINDING, Buffer.from(event), {});
  if (status !== 200) throw new Error(`a webhook was refused: ${body}`);
}

function closed(lead: number): string {
  const timestamp = Date.now();
  const user = `${BOT_ID}:telegram:${lead}`;
  return JSON.stringify({ id: `end-${lead}`, type: 'Closed', webhook_key: WEBHOOK_KEY, user_id: user, timestamp });
}
