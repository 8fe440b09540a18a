import type { Activity } from '../../../plugin/contract/host.ts';
import type { Json } from '../../../plugin/contract/guest.ts';
import { leadOf, userIdOf } from '../../../plugin/contract/lead.ts';
import { employeeName, employeeSchema } from '../../../plugin/contract/livetex-api.ts';
import type { RuntimeActivity } from '../../runtime/contract.ts';
import { type EntryDraft, onOneLine } from './entry-draft.ts';

/** The timeline entries that one activity of the runtime is. */
export function draftsOfActivity(activity: RuntimeActivity): EntryDraft[] {
  switch (activity.kind) {
    case 'script':
      return scriptDrafts(activity);
    case 'message':
      return [messageDraft(activity)];
    case 'request': {
      const { at, method, host, path, status, ms, stub, error } = activity;
      return [
        {
          at,
          ...(activity.lead === undefined ? {} : { userId: userIdOf(activity.lead) }),
          level: error === undefined ? 'info' : 'error',
          facts: {
            kind: 'api',
            method,
            address: onOneLine(`${host}${path}`),
            status,
            ms,
            stub,
            ...(error === undefined ? {} : { error: onOneLine(error) }),
          },
          detail: { file: activity.file, method, host, path, status, ms, stub, error },
        },
      ];
    }
    case 'endpoint': {
      const { at, alias, log, usage, error } = activity;
      return [
        {
          at,
          level: error === undefined ? 'info' : 'error',
          facts: {
            kind: 'endpoint',
            alias,
            ms: usage.wallMs,
            ...(error === undefined ? {} : { error: onOneLine(error.message) }),
          },
          detail: { log, usage, error },
        },
      ];
    }
    case 'suppressed':
      return [
        {
          at: activity.at,
          userId: userIdOf(activity.lead),
          level: 'warn',
          facts: { kind: 'suppressed', text: onOneLine(activity.text) },
          detail: { text: activity.text },
        },
      ];
    case 'author_log':
      return [
        {
          at: activity.at,
          userId: userIdOf(activity.lead),
          level: activity.level === 'error' ? 'error' : activity.level === 'warn' ? 'warn' : 'info',
          facts: { kind: 'author_log', level: activity.level, text: onOneLine(activity.text) },
          detail: { text: activity.text },
        },
      ];
    case 'bot_reloaded':
      return [
        {
          at: activity.at,
          level: activity.problems.length > 0 ? 'error' : 'info',
          facts: {
            kind: 'bot_reloaded',
            problems: activity.problems.length,
            text: onOneLine(activity.problems[0]),
          },
          detail: { problems: activity.problems },
        },
      ];
    case 'plugin':
      return [pluginDraft(activity.activity)];
  }
}

function scriptDrafts(activity: Extract<RuntimeActivity, { kind: 'script' }>): EntryDraft[] {
  const { at, script, file, because, error, usage } = activity;
  const userId = userIdOf(activity.lead);
  const run: EntryDraft = {
    at,
    userId,
    level: error ? 'error' : 'info',
    facts: {
      kind: 'script',
      script,
      because: because.of === undefined ? because : { ...because, of: onOneLine(because.of) },
      logLines: activity.log.length,
      ...(file === undefined ? {} : { file }),
      ...(usage === undefined ? {} : { wallMs: usage.wallMs }),
      ...(error === undefined ? {} : { error }),
    },
    detail: { log: activity.log, usage },
  };
  const written = activity.attributes ?? {};
  if (Object.keys(written).length === 0) return [run];
  const text = Object.entries(written)
    .map(([key, value]) => `${key} = ${shortJson(value)}`)
    .join(', ');
  return [
    run,
    {
      at,
      userId,
      level: 'info',
      facts: { kind: 'attributes', script, text: onOneLine(text) },
      detail: { attributes: written },
      ofPrevious: true,
    },
  ];
}

function messageDraft({ at, lead, message }: Extract<RuntimeActivity, { kind: 'message' }>): EntryDraft {
  const files = message.attachments ?? [];
  const text = message.text ?? files.map((file) => file.name ?? file.url).join(', ');
  const buttons = message.buttons?.flat().map((button) => button.text) ?? [];
  const line = onOneLine([text, ...buttons.map((caption) => `[${caption}]`)].filter(Boolean).join(' '));
  return {
    at,
    userId: userIdOf(lead),
    level: 'info',
    facts:
      message.from === 'lead'
        ? { kind: 'lead_message', text: line, attachments: files.length, seq: message.seq }
        : { kind: 'message', from: message.from, text: line },
    match: text,
    detail: { message },
  };
}

function pluginDraft(activity: Activity): EntryDraft {
  switch (activity.kind) {
    case 'livetex_request': {
      const { method, status, durationMs: ms, error, request, response } = activity;
      const text = textOf(request);
      return {
        at: activity.at,
        ...withUser(activity.userId),
        level: error === undefined ? 'info' : 'error',
        facts: { kind: 'request', method, status, ms, text: onOneLine(text), ...(error ? { error } : {}) },
        match: text,
        detail: { request, response, error, binding: activity.binding },
      };
    }
    case 'webhook': {
      const text = textOf(activity.event);
      const line = onOneLine([employeeOf(activity.event), text].filter(Boolean).join(' · '));
      return {
        at: activity.at,
        ...withUser(activity.userId),
        level: activity.outcome === 'stored' ? 'info' : 'warn',
        facts: {
          kind: 'webhook',
          type: fieldOf(activity.event, 'type'),
          outcome: activity.outcome,
          text: line,
        },
        match: text,
        detail: { event: activity.event, binding: activity.binding },
      };
    }
    case 'mode': {
      const { from, to, transfer, cause, endedBy } = activity;
      return {
        at: activity.at,
        userId: activity.userId,
        level: 'info',
        facts: {
          kind: 'mode',
          from,
          to,
          transfer,
          cause: onOneLine(cause),
          ...(endedBy === undefined ? {} : { endedBy }),
        },
      };
    }
    case 'retry':
    case 'dead': {
      const { kind, at, ...facts } = activity;
      return {
        at,
        ...withUser(userOfLane(activity.lane)),
        level: kind === 'dead' ? 'error' : 'warn',
        facts: { kind, ...facts, error: onOneLine(facts.error) },
        detail: { error: activity.error },
      };
    }
  }
}

/** The lead of a lane, whose name is a user id or ends in one, behind a slash. No user id begins with a name and a slash. */
export function userOfLane(lane: string): string | undefined {
  return [lane, lane.slice(lane.indexOf('/') + 1)].find((name) => leadOf(name) !== undefined);
}

function withUser(userId: string | undefined): { userId?: string } {
  return userId === undefined ? {} : { userId };
}

/** What a request or an event says, in its own words. */
function textOf(body: unknown): string {
  return ['text', 'comment', 'url', 'name'].map((name) => fieldOf(body, name)).find((value) => value !== '') ?? '';
}

function fieldOf(body: unknown, name: string): string {
  if (typeof body !== 'object' || body === null || !(name in body)) return '';
  const value = (body as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : '';
}

/** Whose event it is: the operator's name. */
function employeeOf(event: unknown): string {
  const parsed = employeeSchema.safeParse((event as { readonly employee?: unknown } | null)?.employee);
  return parsed.success ? employeeName(parsed.data) : '';
}

function shortJson(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
