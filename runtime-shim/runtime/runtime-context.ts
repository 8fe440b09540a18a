import type { TableStore } from '../tables/table-store.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { Storage } from '../../plugin/storage/contract.ts';
import type { ScriptRequests } from '../api/script-requests.ts';
import type { Bot } from '../bot/bot.ts';
import type { Channels } from '../channels/channels.ts';
import type { Uploads } from '../uploads/uploads.ts';
import type { Sandbox } from '../sandbox/contract.ts';
import type { ActivityBus } from './activity-bus.ts';
import type { SharedBotAttributes } from '../leads/lead-store.ts';
import type { LeadRoom } from './lead-room.ts';
import type { OutputQuota } from './output-quota.ts';
import type { PluginSet } from './plugin-set.ts';

/** What all parts of the runtime work with. */
export interface RuntimeContext {
  readonly storage: Storage;
  readonly sandbox: Sandbox;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly activities: ActivityBus;
  readonly quota: OutputQuota;
  readonly requests: ScriptRequests;
  readonly tables: TableStore;
  readonly room: LeadRoom;
  readonly botAttributes: SharedBotAttributes;
  /** Set once the plugins are made: they are given host ports that need the rest first. */
  readonly plugins: () => PluginSet;
  /** The messengers that leads write from; set after the plugins. `undefined`: none is configured. */
  readonly channels: () => Channels | undefined;
  /** Files that leads sent to this server itself. `undefined`: there is no place for them. */
  readonly uploads: Uploads | undefined;
  /** The bot in force: it changes when its folder is saved. */
  readonly bot: () => Bot;
  readonly botId: string;
  /** What dates of a script that begins now are, Unix ms; `undefined`: the machine's. */
  readonly dates?: (() => number) | undefined;
  /** Tries of one job before its scenario is given up. */
  readonly maxTries: number;
}

/** The logger of a runtime that was given none: a library does not write on its user's streams. */
export const SILENT_LOGGER: Logger = { debug() {}, info() {}, warn() {}, error() {} };
