/** The plugin on one page: its name, what it is configured with, what scripts can call, which script types and events it knows. */
import { bindingsSchema } from './contract/binding-config.ts';
import { platformEventSchema } from './contract/events.ts';
import { webhookEventSchemas } from './contract/livetex-webhook.ts';
import { SCRIPT_TYPE_NAMES, type ScriptType } from './contract/script-types.ts';
import {
  getGroupsFunction,
  getLastTransferFunction,
  hasFreeOperatorsFunction,
  hasOnlineOperatorsFunction,
  isWorkingTimeFunction,
} from './runner/answer-scripts.ts';

/** When a script of each type runs. `standard` and `fallback` are the platform's own. */
const WHEN_IT_RUNS: Partial<Record<ScriptType, string>> = {
  transfer:
    'an operator types /operator; livetex.runTransferScript() when there is no script for the availability found',
  transfer_online: 'livetex.runTransferScript(), or a route to the type «Перевод на оператора», with operators online',
  transfer_offline: 'the same with no operator online, or when that is unknown',
  no_operators: 'a transfer is asked for and no operator is online, or LiveTex did not accept the transfer',
  return:
    'an operator closed the dialog or typed /bot, a script returned it to the bot, or the lead left by a phrase of "exit"',
  operator_timeout:
    'no operator opened the dialog within pickupTimeout, or one was silent for replyTimeout; without such a script: return',
};

export const definition = {
  name: 'livetex',
  /** The `livetex` part of the configuration file. */
  config: bindingsSchema,
  /** Host functions behind the guest API, by the name that `GuestPlatform.call` uses. */
  guestFunctions: {
    hasOnlineOperators: hasOnlineOperatorsFunction,
    hasFreeOperators: hasFreeOperatorsFunction,
    getGroups: getGroupsFunction,
    isWorkingTime: isWorkingTimeFunction,
    getLastTransfer: getLastTransferFunction,
  },
  scriptTypes: Object.entries(WHEN_IT_RUNS).map(([code, when]) => ({
    code: code as ScriptType,
    name: SCRIPT_TYPE_NAMES[code as ScriptType],
    when,
  })),
  /** What a platform tells the plugin. */
  platformEvents: platformEventSchema,
  /** What LiveTex tells the plugin. */
  webhookEvents: webhookEventSchemas,
} as const;
