import type { EntryFacts, EntryKind } from '../../records.ts';
import type { Texts } from '../texts/ru.ts';
import type { IconName } from '../../../page/parts/pictures.tsx';

export type Group = keyof Texts['between']['groups'];

/** What each kind of entry is filtered by. */
const GROUP_OF: Readonly<Record<EntryKind, Group>> = {
  lead_message: 'messages',
  message: 'messages',
  suppressed: 'messages',
  script: 'scripts',
  attributes: 'scripts',
  author_log: 'scripts',
  api: 'scripts',
  endpoint: 'scripts',
  request: 'requests',
  webhook: 'webhooks',
  webhook_failed: 'webhooks',
  mode: 'mode',
  retry: 'retries',
  dead: 'retries',
  operator: 'desk',
  fault: 'system',
  bot_reloaded: 'system',
  runtime: 'system',
};

export const GROUPS: readonly Group[] = [
  'messages',
  'scripts',
  'requests',
  'webhooks',
  'mode',
  'retries',
  'desk',
  'system',
];

export function groupOf(kind: EntryKind): Group {
  return GROUP_OF[kind];
}

export function iconOf(facts: EntryFacts): IconName {
  switch (facts.kind) {
    case 'lead_message':
      return 'person';
    case 'message':
      return facts.from === 'bot' ? 'bot' : facts.from === 'operator' ? 'desk' : 'bell';
    case 'suppressed':
      return 'silent';
    case 'script':
    case 'author_log':
    case 'endpoint':
      return 'code';
    case 'attributes':
      return 'tag';
    case 'api':
    case 'request':
      return 'out';
    case 'webhook':
    case 'webhook_failed':
      return 'in';
    case 'mode':
      return 'switch';
    case 'retry':
      return 'retry';
    case 'dead':
      return 'warn';
    case 'operator':
      return 'desk';
    case 'fault':
      return 'bolt';
    case 'bot_reloaded':
      return 'file';
    case 'runtime':
      return 'power';
  }
}
