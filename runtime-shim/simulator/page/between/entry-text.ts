import { scriptCauseText } from '../../../leads/script-cause-text.ts';
import type { TransferEnd } from '../../../../plugin/contract/dialog.ts';
import { wordsFor } from '../../../../plugin/contract/text.ts';
import type { EntryRecord } from '../../records.ts';
import type { Language } from '../../../page/parts/language.ts';
import { timeText } from '../../../page/parts/language.ts';
import type { Texts } from '../texts/ru.ts';

export interface EntryText {
  readonly title: string;
  readonly about: string;
}

/** An entry in words: what it is, and its facts. */
export function entryText({ facts }: EntryRecord, texts: Texts, language: Language): EntryText {
  const words = texts.between.entry;
  switch (facts.kind) {
    case 'lead_message':
      return { title: words.lead_message, about: facts.text };
    case 'script': {
      const title = facts.error ? words.scriptFailed : words.script;
      const name = facts.file === undefined ? facts.script : `${facts.script} · ${facts.file}`;
      const about = facts.error
        ? wordsFor(language, facts.error.message, facts.error.ru)
        : scriptCauseText(facts.because, texts.between.scriptCauses);
      return { title: `${title} ${name}`, about };
    }
    case 'attributes':
      return { title: words.attributes, about: facts.text };
    case 'message':
      return { title: words[facts.from], about: facts.text };
    case 'suppressed':
      return { title: words.suppressed, about: facts.text };
    case 'author_log':
      return { title: words.author_log, about: facts.text };
    case 'endpoint':
      return { title: `${words.endpoint} ${facts.alias}`, about: facts.error ?? `${Math.round(facts.ms)} ${texts.ms}` };
    case 'api':
      return {
        title: `${facts.method} ${facts.address}`,
        about: [
          facts.status ?? words.noAnswer,
          facts.stub ? 'stubs.json' : '',
          `${Math.round(facts.ms)} ${texts.ms}`,
          facts.error ?? '',
        ]
          .filter((part) => part !== '')
          .join(' · '),
      };
    case 'request':
      return {
        title: facts.method,
        about: [
          facts.status ?? words.noAnswer,
          `${Math.round(facts.ms)} ${texts.ms}`,
          facts.error && requestError(facts.error, texts),
          facts.text,
        ]
          .filter((part) => part !== undefined && part !== '')
          .join(' · '),
      };
    case 'webhook': {
      const outcome = facts.outcome === 'stored' ? '' : words[facts.outcome];
      return { title: `${words.webhook} ${facts.type}`, about: [outcome, facts.text].filter(Boolean).join(' · ') };
    }
    case 'webhook_failed':
      return {
        title: words.webhook_failed,
        about: `${facts.type} · ${words.attempt} ${facts.attempt} · ${facts.status ?? words.noAnswer}`,
      };
    case 'mode':
      return {
        title: `${words.mode}: ${texts.mode[facts.from]} → ${texts.mode[facts.to]}`,
        about: [facts.transfer > 0 ? `${words.transfer}${facts.transfer}` : '', modeReason(facts, texts)]
          .filter(Boolean)
          .join(' · '),
      };
    case 'retry':
    case 'dead': {
      const next = facts.nextAt === undefined ? '' : `${words.nextAt} ${timeText(facts.nextAt, language, true)}`;
      return {
        title: `${words[facts.kind]} ${facts.job}`,
        about: [`${words.attempt} ${facts.attempt}`, next, requestError(facts.error, texts)]
          .filter(Boolean)
          .join(' · '),
      };
    }
    case 'operator':
      return {
        title: texts.between.action[facts.action],
        about: [facts.operator, facts.action === 'status' ? statusText(facts.text, texts) : facts.text]
          .filter(Boolean)
          .join(' · '),
      };
    case 'fault':
      return {
        title: facts.on ? words.fault : words.faultOff,
        about: facts.fault === 'all' ? texts.faults.all : texts.faults.name[facts.fault],
      };
    case 'bot_reloaded':
      return { title: facts.problems > 0 ? words.broken : words.reloaded, about: facts.text };
    case 'runtime':
      return { title: facts.state === 'failed' ? words.runtimeFailed : words[facts.state], about: '' };
  }
}

/** Who ended the transfer, where it ended; what else changed the mode, and how it failed. */
function modeReason({ cause, endedBy }: { cause: string; endedBy?: TransferEnd }, texts: Texts): string {
  const isTold = endedBy === undefined || endedBy === 'refused';
  return isTold ? causeText(cause, texts) : texts.between.endedBy[endedBy];
}

/** Why a mode changed; a reason that is new to the page is shown as the plugin names it. */
function causeText(cause: string, texts: Texts): string {
  const causes: Readonly<Record<string, string>> = texts.between.causes;
  return causes[cause] ?? cause;
}

function statusText(status: string, texts: Texts): string {
  return status in texts.desk.status ? texts.desk.status[status as keyof Texts['desk']['status']] : status;
}

/** What the author of a script may do about its error; nothing for an error that is new to the page. */
export function scriptHint(code: string, texts: Texts): string | undefined {
  const hints: Readonly<Record<string, string>> = texts.scriptHints;
  return Object.hasOwn(hints, code) ? hints[code] : undefined;
}

/** A request's error in the page's language: `<code>`, or `<code>: <message>`, which is shown where the code is new to the page. */
export function requestError(error: string, texts: Texts): string {
  const known: Readonly<Record<string, string>> = texts.requestErrors;
  const code = /^\w+/u.exec(error)?.[0] ?? '';
  return (Object.hasOwn(known, code) ? known[code] : undefined) ?? error;
}

/** Deeper steps are drawn no further in: the column is narrow. */
const MAX_DEPTH = 6;

/** How many causes lie between an entry and the beginning of its chain, by id. Entries come in their order. */
export function depthsOf(entries: readonly EntryRecord[]): ReadonlyMap<number, number> {
  const depths = new Map<number, number>();
  for (const { id, parent } of entries) {
    const above = parent === undefined ? undefined : depths.get(parent);
    depths.set(id, above === undefined ? 0 : Math.min(above + 1, MAX_DEPTH));
  }
  return depths;
}
