/** `metabot24-livetex/runtime`: a small stand-in for the platform, to develop, test, demonstrate and really run a bot with plugins. */
export { createRuntime, DEFAULT_LIMITS } from './create-runtime.ts';
export type {
  BotRuntime,
  HttpLimits,
  HttpRoute,
  LeadMessageInput,
  LeadView,
  PluginFactory,
  Runtime,
  RuntimeActivity,
  RuntimeOptions,
  TranscriptMessage,
} from './contract.ts';
export type { ChannelOptions } from '../channels/channel.ts';
export type {
  ChannelDriver,
  ChannelTraits,
  FileType,
  InboundFile,
  InboundItem,
  Inspection,
  OpenedFile,
  Part,
  PartButton,
  Person,
  Received,
  SendContext,
  SendOutcome,
  Settled,
} from '../channels/contract.ts';
export type { FilePart, FileStore, Upload, UploadOptions } from '../uploads/contract.ts';
export { folderStore } from '../uploads/folder-store.ts';
export { s3Store, type S3Options } from '../uploads/s3-store.ts';
export { UPLOAD_ERRORS } from '../uploads/upload-errors.ts';
export { CHANNEL_ERRORS, channelError } from '../channels/channel-errors.ts';
export { maxDriver, type MaxOptions } from '../channels/max/max-driver.ts';
export { telegramDriver, type TelegramOptions } from '../channels/telegram/telegram-driver.ts';
export { vkDriver, type VkOptions } from '../channels/vk/vk-driver.ts';
export type { Bot, BotRoute, SourceFile } from '../bot/bot.ts';
export type { BotDescription, BotScript, Route } from '../bot/load/bot-schema.ts';
export type { Place } from '../json-with-places.ts';
export type { ScriptCause } from '../leads/script-cause.ts';
export { loadBot } from '../bot/load/load-bot.ts';
export { SHIM_ERRORS, type ShimErrorCode } from '../errors.ts';
export type { SandboxLimits, ScriptError, ScriptLogLine, ScriptPlace, ScriptUsage } from '../sandbox/contract.ts';
export type { Activity } from '../../plugin/contract/host.ts';
export type { Json } from '../../plugin/contract/guest.ts';
export type { Attachment, Button } from '../../plugin/contract/message.ts';
export type { DialogMode, DialogView } from '../../plugin/contract/dialog.ts';
export type { LeadRef } from '../../plugin/contract/lead.ts';
export type { Clock, LiveTexHost, Logger } from '../../plugin/contract/host.ts';
export type { Metric, Readiness, RuntimePlugin } from '../../plugin/contract/plugin.ts';
export type { Storage, Transaction } from '../../plugin/storage/contract.ts';
