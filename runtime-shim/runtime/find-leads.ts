/** What scripts ask about a bot and all of its leads (`bot.getData`, `bot.findLeads`). */
import { z } from 'zod';
import type { Json } from '../../plugin/contract/guest.ts';
import type { Bot } from '../bot/bot.ts';
import { shimError } from '../errors.ts';
import { LEADS } from '../leads/lead-keys.ts';
import { leadRecordSchema } from '../leads/lead-record.ts';
import type { Work } from '../tables/match-row.ts';
import { foundRows, querySchema } from '../tables/table-session.ts';
import { giveWay } from '../turns.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** Leads that one run looks through, in all of its calls. Our choice: twice as many as a table has rows. */
const MAX_LEADS = 20_000;
/** Leads read at one time: one may be large. Other work goes between. */
const READ_LEADS = 50;

const keySchema = z.string();
/** What of a lead is looked through: a whole one may be large. */
const foundLeadSchema = leadRecordSchema.pick({ ref: true, id: true, name: true, status: true, createdAt: true });

/** What one run asks. A run that begins anew has another signal, and all of its bound. */
export class LeadSearch {
  readonly #context: RuntimeContext;
  #try: AbortSignal | undefined;
  #looked = 0;
  #work: Work = { steps: 0 };

  constructor(context: RuntimeContext) {
    this.#context = context;
  }

  /** The host function behind `bot.findLeads`: JSON text. @throws script_host_calls */
  async find(argsJson: string, signal: AbortSignal): Promise<string> {
    if (signal !== this.#try) {
      this.#try = signal;
      this.#looked = 0;
      this.#work = { steps: 0 };
    }
    const query = querySchema.parse(JSON.parse(argsJson));
    const bot = this.#context.bot();
    const rows: Array<Record<string, Json>> = [];
    for await (const page of leadsOf(this.#context, signal)) {
      this.#looked += page.length;
      if (this.#looked > MAX_LEADS) {
        const what = { en: 'leads of the bot to look through', ru: 'лидов бота для поиска' };
        throw shimError('script_host_calls', { limit: MAX_LEADS, what });
      }
      for (const lead of page) {
        rows.push(columnsOf(foundLeadSchema.parse(lead), bot));
        await giveWay();
      }
    }
    return JSON.stringify(await foundRows(rows, query, this.#work));
  }
}

/** The host function behind `bot.getData`: JSON text. */
export async function botData(context: RuntimeContext, argsJson: string, signal: AbortSignal): Promise<string> {
  const key = keySchema.parse(JSON.parse(argsJson));
  const { id, name } = context.bot();
  const value =
    key === 'id' ? id : key === 'name' ? name : key === 'leadsCount' ? await countLeads(context, signal) : null;
  return JSON.stringify(value);
}

async function countLeads(context: RuntimeContext, signal: AbortSignal): Promise<number> {
  let count = 0;
  for await (const { length } of leadsOf(context, signal)) count += length;
  return count;
}

/** Leads as they are stored, page by page. A script whose time is over asks for no more. */
async function* leadsOf(context: RuntimeContext, signal: AbortSignal): AsyncGenerator<Json[]> {
  const prefix = `${context.botId}:`;
  for (let after: string | undefined; ;) {
    signal.throwIfAborted();
    const page = { prefix, limit: READ_LEADS, ...(after === undefined ? {} : { after }) };
    const records = await context.storage.read((tx) => tx.listRecords(LEADS, page));
    yield records.map(({ value }) => value);
    if (records.length < READ_LEADS) return;
    after = records.at(-1)?.key;
    await giveWay();
  }
}

function columnsOf(
  { ref, id, name, status, createdAt }: z.infer<typeof foundLeadSchema>,
  bot: Bot,
): Record<string, Json> {
  const known = bot.statuses.find((one) => one.id === status || one.name === status);
  return {
    id,
    identification: ref.externalId,
    name,
    bot_id: ref.botId,
    channel_id: ref.channel,
    channel_code: ref.channel,
    channel_name: ref.channel,
    status_id: known?.id ?? (typeof status === 'number' ? status : null),
    status_name: known?.name ?? (typeof status === 'string' ? status : null),
    created_at: new Date(createdAt).toISOString(),
  };
}
