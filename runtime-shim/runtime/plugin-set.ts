import type { DialogView } from '../../plugin/contract/dialog.ts';
import type { PlatformEvent } from '../../plugin/contract/events.ts';
import type { AfterScript, Json } from '../../plugin/contract/guest.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { RuntimePlugin } from '../../plugin/contract/plugin.ts';
import type { ReadTransaction, Transaction } from '../../plugin/storage/contract.ts';
import { type Bot, findScript } from '../bot/bot.ts';
import type { KnownCall, ScriptRun } from '../sandbox/contract.ts';

/** A dialog that no plugin knows: the bot's. */
const BOT_DIALOG: DialogView = { mode: 'bot', transfer: 0, operator: null, forwarded: false, binding: null };

/** The plugins of a runtime, asked together. */
export class PluginSet {
  readonly list: ReadonlyArray<RuntimePlugin<Transaction, ReadTransaction>>;
  /** Bundles for the sandbox, the same object for every run. */
  readonly bundles: ScriptRun['plugins'];

  constructor(list: ReadonlyArray<RuntimePlugin<Transaction, ReadTransaction>>) {
    this.list = list;
    this.bundles = list.map((plugin) => ({ name: plugin.name, source: plugin.guest.source }));
  }

  named(name: string): RuntimePlugin<Transaction, ReadTransaction> | undefined {
    return this.list.find((plugin) => plugin.name === name);
  }

  /** Where the lead's dialog is, as this transaction sees it: with the first plugin whose operator has it, else with the bot. */
  async dialog(lead: LeadRef, tx: ReadTransaction): Promise<DialogView> {
    let first: DialogView | undefined;
    for (const plugin of this.list) {
      const view = await plugin.dialog(lead, tx);
      if (view.mode !== 'bot') return view;
      first ??= view;
    }
    return first ?? BOT_DIALOG;
  }

  /** Tells every plugin, in the caller's transaction. Returns the ids of bot messages that must not be sent. */
  async accept(events: readonly PlatformEvent[], tx: Transaction): Promise<ReadonlySet<string>> {
    const suppressed = new Set<string>();
    if (events.length === 0) return suppressed;
    for (const plugin of this.list) {
      for (const verdict of await plugin.accept(events, tx)) {
        if (verdict.verdict === 'suppressed') suppressed.add(verdict.id);
      }
    }
    return suppressed;
  }

  /** Performs host functions for one lead's scripts. Arguments come from an untrusted script: the function parses them itself. */
  callsFor(lead: LeadRef): ScriptRun['call'] {
    return async (plugin, name, argsJson, signal) => {
      const act = this.named(plugin)?.guest.functions.get(name);
      if (act === undefined) throw new Error(`the plugin "${plugin}" has no function "${name}"`);
      return JSON.stringify(await act({ lead, signal }, JSON.parse(argsJson) as unknown));
    };
  }

  /** What host functions would answer at once to one lead's scripts. */
  knownFor(lead: LeadRef): NonNullable<ScriptRun['known']> {
    return () => this.list.flatMap((plugin) => knownOf(plugin, lead));
  }

  async afterScript(lead: LeadRef, plugin: string, actions: readonly Json[]): Promise<readonly AfterScript[]> {
    return (await this.named(plugin)?.afterScript(lead, actions)) ?? [];
  }

  /** The first plugin that gives the type «Перевод на оператора» a meaning decides; without one, the bot's own script does. */
  chooseTransfer(lead: LeadRef, bot: Bot): Promise<AfterScript> {
    const plugin = this.list.find((one) => one.scriptTypes.some((type) => type.code === 'transfer'));
    if (plugin !== undefined) return plugin.chooseTransfer(lead);
    const script = { type: 'transfer' } as const;
    const own = findScript(bot, script) !== undefined;
    return Promise.resolve(own ? { do: 'run', script } : { do: 'event', event: 'TransferRequested' });
  }
}

/** A plugin that fails here is asked when the script calls it: then there is somebody to tell. */
function knownOf(plugin: RuntimePlugin<Transaction, ReadTransaction>, lead: LeadRef): KnownCall[] {
  try {
    return (plugin.guest.known?.(lead) ?? []).map((answer) => ({ plugin: plugin.name, ...answer }));
  } catch {
    return [];
  }
}
