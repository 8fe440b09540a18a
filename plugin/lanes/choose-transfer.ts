import { z } from 'zod';
import type { AfterScript, GuestFunction, Json, KnownAnswer } from '../contract/guest.ts';
import type { LeadRef } from '../contract/lead.ts';
import { pluginError } from '../errors.ts';
import type { ScriptType } from '../contract/script-types.ts';
import { scriptsThere } from './gather-facts.ts';
import type { PluginParts } from './plugin-parts.ts';
import { unboundError } from './unbound-transfer.ts';

/** What a missing answer comes to, in the author's log. */
const CONSEQUENCE = 'считаем, что их нет';

/**
 * Are operators online, by what is known within the last seconds? What cannot be known counts as no, and the author's
 * log says why: a script asks in order to choose, and must go on.
 */
async function hasOnlineOperators(parts: PluginParts, lead: LeadRef, call: string): Promise<boolean> {
  const binding = parts.bindings.of(lead);
  if (binding === undefined) {
    const error = unboundError(parts, lead);
    tellAuthor(`${call}: ${CONSEQUENCE}. ${error.code}: ${error.message}`);
    return false;
  }
  const availability = await binding.client.availability();
  if (availability.state === 'unknown') {
    const why = availability.error ? `: ${availability.error.message}` : '';
    tellAuthor(`${call}: неизвестно, есть ли операторы онлайн, ${CONSEQUENCE}${why}`);
  }
  return availability.state === 'online';

  function tellAuthor(text: string): void {
    parts.host.authorLog?.(lead, { level: 'warn', text });
  }
}

/** `livetex.hasOnlineOperators()` of the sandbox. Takes no arguments, whatever a script passes. */
export function hasOnlineOperatorsFunction(parts: PluginParts): GuestFunction {
  return ({ lead }) => hasOnlineOperators(parts, lead, 'livetex.hasOnlineOperators()');
}

/** `livetex.hasOnlineOperators()` as it would be answered at once: the same answer, so a script gets it beforehand. */
export function knownToScripts(parts: Pick<PluginParts, 'bindings'>, lead: LeadRef): KnownAnswer[] {
  const known = parts.bindings.of(lead)?.client.knownAvailability?.();
  // What is unknown has its reason told to the author, once for each script that asks.
  if (known === undefined || known.availability.state === 'unknown') return [];
  return [
    {
      name: 'hasOnlineOperators',
      args: null,
      value: known.availability.state === 'online',
      forMs: known.forMs,
    },
  ];
}

/** The script for «Перевод на оператора» by availability; see `RuntimePlugin.chooseTransfer`. */
export async function chooseTransfer(parts: PluginParts, lead: LeadRef): Promise<AfterScript> {
  const byAvailability: ScriptType = (await hasOnlineOperators(parts, lead, 'Выбор скрипта перевода'))
    ? 'transfer_online'
    : 'transfer_offline';
  for (const type of [byAvailability, 'transfer'] as const) {
    if ((await scriptsThere(parts.host, lead, [type])).has(type)) return { do: 'run', script: { type } };
  }
  return { do: 'event', event: 'TransferRequested' };
}

const actionSchema = z.looseObject({ action: z.enum(['transferToOperator', 'returnToBot', 'runTransferScript']) });

/** What the platform does for the actions that a script asked for, in order. @throws action_unknown */
export async function afterScript(parts: PluginParts, lead: LeadRef, actions: readonly Json[]): Promise<AfterScript[]> {
  const answers: AfterScript[] = [];
  for (const value of actions) {
    const parsed = actionSchema.safeParse(value);
    if (!parsed.success) throw pluginError('action_unknown', { action: JSON.stringify(value).slice(0, 100) });
    switch (parsed.data.action) {
      case 'transferToOperator':
        answers.push({ do: 'event', event: 'TransferRequested' });
        break;
      case 'returnToBot':
        answers.push({ do: 'event', event: 'ReturnRequested' });
        break;
      case 'runTransferScript':
        answers.push(await chooseTransfer(parts, lead));
        break;
    }
  }
  return answers;
}
