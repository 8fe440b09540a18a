/** The `livetex` part of the configuration file: a list of bindings. Parsed strictly, all problems at once. */
import { z } from 'zod';
import { headerSchema } from './header-templates.ts';
import { spoken, spokenIssue } from './issue-words.ts';
import { groupNameSchema, reserveSchema } from './groups.ts';
import { codeSchema } from './lead.ts';
import { API_VERSIONS } from './livetex-api.ts';
import { textSchema } from './message.ts';
import { scheduleSchema } from './schedule.ts';
import { SCRIPT_TYPE_NAMES } from './script-types.ts';
import type { Text } from './text.ts';

/** LiveTex's documented address. */
const DEFAULT_BASE_URL = 'https://messaging.livetex.ru';
/** LiveTex's own limit is undocumented; 4,000 code points stay under the 4,096 of the usual messengers with a header above. */
const DEFAULT_MAX_TEXT_LENGTH = 4_000;
/** Our choice: a person in a chat waits about so long. */
const DEFAULT_TRANSFER_TIMEOUT_SECONDS = 120;
/** A LiveTex request's whole time. Our choice: LiveTex itself gives a webhook 60 s, a person waits less. */
const DEFAULT_REQUEST_TIMEOUT_MS = 10_000;
/** The most that may be set, ms. */
export const MAX_REQUEST_TIMEOUT_MS = 60_000;
/** Requests in flight per binding. Our choice: LiveTex's limit is undocumented, so stay modest; it also bounds the rush after an outage. */
const DEFAULT_MAX_IN_FLIGHT = 8;

export const DEFAULT_NOTICES = {
  transferred: 'Диалог переведён на оператора',
  operatorConnected: 'Оператор {operator} подключился к диалогу',
  returned: 'Оператор вернул диалог боту',
  exited: 'Вы вернулись к боту',
} as const;

const DEFAULT_HEADER = { Канал: '{{ channel }}' };

const NOT_PLAIN_URL = spoken({
  en: 'must be an absolute http: or https: URL without user, query or fragment',
  ru: 'здесь нужен полный адрес http: или https: без пользователя, запроса и якоря',
});

const httpUrl = z.string().refine((value) => {
  const url = URL.parse(value);
  return (
    url !== null &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.username === '' &&
    url.search === '' &&
    url.hash === ''
  );
}, NOT_PLAIN_URL);

/** For what goes into a header of HTTP. */
export const NOT_A_SECRET = spoken({
  en: 'printable ASCII without spaces',
  ru: 'здесь только печатные знаки ASCII без пробелов',
});

const secret = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[\x21-\x7e]*$/, NOT_A_SECRET);

/** Shorter keys can be guessed; 16 random ASCII characters cannot. Our choice, as for `http.apiToken`. */
const MIN_KEY_LENGTH = 16;
const KEY_TOO_SHORT = spoken({
  en: `must have at least ${MIN_KEY_LENGTH} characters: whoever guesses it speaks as LiveTex (a shorter one is accepted only for a loopback baseUrl)`,
  ru: `не меньше ${MIN_KEY_LENGTH} знаков: кто угадает ключ, тот говорит от имени LiveTex (короче можно, только если baseUrl — эта же машина)`,
});

/** AES-256's, bytes. */
const SECRET_KEY_BYTES = 32;

/** The bytes of a `secretKey`: base64, base64url or hex; `undefined`: it is none. */
export function secretKeyOf(text: string): Uint8Array | undefined {
  const key = /^[0-9a-f]{64}$/i.test(text) ? ofHex(text) : ofBase64(text);
  return key?.length === SECRET_KEY_BYTES ? key : undefined;
}

function ofHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

// Not by Node's Buffer: the page's types look at this file too.
function ofBase64(text: string): Uint8Array | undefined {
  if (!/^[\w+/-]+=*$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

export const secretKeySchema = z
  .string()
  .refine(
    (text) => secretKeyOf(text) !== undefined,
    'must be 32 random bytes in base64 or hex, as "openssl rand -base64 32" prints them',
  );

const webhookSchema = z.strictObject({
  /** Where LiveTex reaches us; the path `/webhook/livetex/<bindingId>` is added. */
  publicUrl: httpUrl,
  /** Returned by LiveTex in every notification. */
  key: secret,
  /** Set again when LiveTex has another address, or none. */
  keep: z.boolean().default(true),
  /** How often it is read back, s. */
  watchSeconds: z.int().min(5).max(86_400).default(600),
  /** Accepted as well while a key is being changed. */
  previousKey: secret.optional(),
});

const exitSchema = z.strictObject({
  /** A message that is one of them, whatever its case, takes the dialog back to the bot. */
  phrases: z.array(textSchema.trim().min(1).max(100)).min(1).max(50),
  /** A script's code, or a type's code or Russian name. */
  script: z.string().min(1).max(200).default(SCRIPT_TYPE_NAMES.return),
});

const waitingSchema = z.strictObject({
  text: textSchema.trim().min(1).max(1_000),
  everySeconds: z.number().min(1).max(86_400).default(120),
  times: z.int().min(1).max(100).default(3),
});

/** Our choice: a lead who was not understood a hundred times is gone. */
const stumbles = z.int().min(1).max(100).optional();
const safetyNetSchema = z
  .strictObject({
    /** So many messages in a row on which a script failed. */
    scriptErrors: stumbles,
    /** So many in a row that the Fallback script took. */
    misunderstandings: stumbles,
  })
  .refine(
    (net) => net.scriptErrors !== undefined || net.misunderstandings !== undefined,
    spoken({
      en: 'catches nothing: give "scriptErrors" or "misunderstandings", or leave "safetyNet" out',
      ru: 'ничего не ловит: задайте "scriptErrors" или "misunderstandings" или уберите "safetyNet"',
    }),
  );

const timeoutSeconds = z
  .number()
  .positive()
  .max(7 * 24 * 3_600);

/** True for the addresses of this machine only. */
export function isLoopback(url: string): boolean {
  return isLoopbackHost(URL.parse(url)?.hostname ?? '');
}

/** A host name or address, with or without brackets, that means this machine only. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** What the rule on `publicUrl` compares; parsing has filled in the default of `baseUrl`. */
const comparedUrls = z.looseObject({ baseUrl: httpUrl, webhook: z.looseObject({ publicUrl: httpUrl }).optional() });

const bindingSchema = z
  .strictObject({
    id: codeSchema.default('main'),
    channelName: z.string().min(1).default('LiveTex (Chat Center)'),
    /** The access key of the touch point. A secret. */
    token: secret,
    baseUrl: httpUrl
      .refine(
        (url) => !/^http:/i.test(url) || isLoopback(url),
        spoken({
          en: 'must be https: the access key and the dialogs would go to another machine in the open',
          ru: 'здесь нужен https: иначе ключ доступа и диалоги пойдут на другую машину открыто',
        }),
      )
      .default(DEFAULT_BASE_URL),
    /** `auto`: the highest that the account has. */
    apiVersion: z.enum(['auto', ...API_VERSIONS]).default('auto'),
    /** Which bots use this binding; left out: all of them. */
    bots: z.array(codeSchema).min(1).optional(),
    /** Put above each mirrored message of the bot; empty: no line. */
    botMessageHeader: z.string().max(200).default('🤖 Бот'),
    leadMessageHeader: z.string().max(200).default('👤 Пользователь'),
    /** Put above a line of the bot for the operator alone (`livetex.notifyOperator`). */
    operatorNoteHeader: z.string().min(1).max(200).default('📌 Оператору'),
    /** What stands in the history for a menu item that the lead chose: its code, or the caption behind it, too. */
    menuChoice: z.enum(['code', 'code_and_caption']).default('code'),
    /** Attributes of the dialog's header beside those of scripts, which win: templates. */
    header: headerSchema.default(DEFAULT_HEADER),
    excludedChannels: z.array(codeSchema).default(['umnico', 'bitrix', 'jivo', 'webim']),
    webhook: webhookSchema.optional(),
    /** Name or id of the group that dialogs go to; left out: the first that LiveTex returns. */
    group: groupNameSchema.optional(),
    /** Tried in order when nobody of the group is there. */
    reserveGroups: reserveSchema.default([]),
    /** When operators work; left out: always. Outside of it a transfer is as with nobody online. */
    schedule: scheduleSchema.optional(),
    /** How a lead leaves an operator. */
    exit: exitSchema.optional(),
    /** An operator who writes while the bot has the dialog gets it. */
    reopenOnOperatorText: z.boolean().default(true),
    /** What the lead reads while nobody has come yet. */
    waiting: waitingSchema.optional(),
    /** After so many messages in a row that the bot could not help with an operator is asked for; left out: never. */
    safetyNet: safetyNetSchema.optional(),
    notices: z
      .strictObject({
        transferred: z.string().max(1_000).default(DEFAULT_NOTICES.transferred),
        operatorConnected: z.string().max(1_000).default(DEFAULT_NOTICES.operatorConnected),
        returned: z.string().max(1_000).default(DEFAULT_NOTICES.returned),
        exited: z.string().max(1_000).default(DEFAULT_NOTICES.exited),
      })
      .default(DEFAULT_NOTICES),
    /** In code points, header included. */
    maxTextLength: z.int().min(100).max(100_000).default(DEFAULT_MAX_TEXT_LENGTH),
    /** Seconds within which LiveTex must accept a transfer. */
    transferTimeout: timeoutSeconds.default(DEFAULT_TRANSFER_TIMEOUT_SECONDS),
    /** Seconds within which an operator must open the dialog; left out: no limit. */
    pickupTimeout: timeoutSeconds.optional(),
    /** Seconds within which an operator must answer a lead's message; left out: no limit. */
    replyTimeout: timeoutSeconds.optional(),
    requestTimeoutMs: z.int().min(100).max(MAX_REQUEST_TIMEOUT_MS).default(DEFAULT_REQUEST_TIMEOUT_MS),
    maxInFlight: z.int().min(1).max(100).default(DEFAULT_MAX_IN_FLIGHT),
  })
  .refine(
    (binding) => !binding.webhook || binding.webhook.publicUrl.startsWith('https:') || isLoopback(binding.baseUrl),
    {
      path: ['webhook', 'publicUrl'],
      message: spoken({
        en: 'must be https: LiveTex calls no other (plain http is accepted only for a loopback baseUrl)',
        ru: 'здесь нужен https: на другое LiveTex не отправляет (http можно, только если baseUrl — эта же машина)',
      }),
      // Also beside problems of other keys, so that all are reported together; not while one of these two is no URL.
      when: ({ value }) => comparedUrls.safeParse(value).success,
    },
  )
  .superRefine(
    (binding, context) => {
      const compared = comparedKeys.safeParse(binding);
      const name = compared.success ? shortKey(compared.data) : undefined;
      if (name !== undefined) context.addIssue({ code: 'custom', path: ['webhook', name], message: KEY_TOO_SHORT });
    },
    { when: ({ value }) => comparedKeys.safeParse(value).success },
  );

const comparedKeys = z.looseObject({
  baseUrl: httpUrl,
  webhook: z.looseObject({ key: secret, previousKey: secret.optional() }),
});

/** A key that is too short for a LiveTex out there; `undefined`: none. */
function shortKey({ baseUrl, webhook }: z.infer<typeof comparedKeys>): 'key' | 'previousKey' | undefined {
  if (isLoopback(baseUrl)) return undefined;
  return (['key', 'previousKey'] as const).find((name) => (webhook[name]?.length ?? MIN_KEY_LENGTH) < MIN_KEY_LENGTH);
}

/** A binding after parsing: every default filled in. */
export type BindingConfig = z.infer<typeof bindingSchema>;
/** A binding as written in the configuration file. */
export type BindingInput = z.input<typeof bindingSchema>;

/** Where LiveTex posts a binding's events; `undefined` when the binding asks for no webhook. */
export function webhookUrlOf({
  id,
  webhook,
}: {
  readonly id: string;
  readonly webhook?: { readonly publicUrl: string } | undefined;
}): string | undefined {
  if (webhook === undefined) return undefined;
  return `${webhook.publicUrl.replace(/\/+$/, '')}/webhook/livetex/${encodeURIComponent(id)}`;
}

/** What the rules on several bindings compare, wherever it can be read. */
const comparedBinding = z.looseObject({
  id: z.string().optional().catch(undefined),
  token: z.string().optional().catch(undefined),
  baseUrl: z.string().optional().catch(undefined),
  bots: z.array(z.string()).optional().catch([]),
  excludedChannels: z.array(z.string()).catch([]),
});
type ComparedBinding = z.infer<typeof comparedBinding>;

/** All bindings of one platform. */
export const bindingsSchema = z.array(bindingSchema).superRefine(
  (bindings: readonly unknown[], context) => {
    const compared = bindings.map((binding) => comparedBinding.safeParse(binding).data);
    for (const { path, text } of problemsBetween(compared)) context.addIssue(spokenIssue(text, path));
  },
  // Also beside problems of the bindings, so that all are reported together.
  { when: ({ value }) => Array.isArray(value) },
);

interface Problem {
  readonly path: Array<string | number>;
  readonly text: Text;
}

/** What is wrong with bindings only beside one another; one that could not be read (`undefined`) has problems of its own. */
function problemsBetween(bindings: ReadonlyArray<ComparedBinding | undefined>): Problem[] {
  const problems: Problem[] = [];
  const seen: ComparedBinding[] = [];
  for (const [index, binding] of bindings.entries()) {
    if (binding === undefined) continue;
    const { id, token, baseUrl } = binding;
    if (id !== undefined && seen.some((one) => one.id === id)) {
      problems.push({
        path: [index, 'id'],
        text: { en: `"${id}" is used by an earlier binding`, ru: `"${id}" уже занято привязкой выше` },
      });
    }
    const same = seen.find((one) => token !== undefined && one.token === token && one.baseUrl === baseUrl);
    if (same !== undefined) {
      const text = {
        en: `is the token of the binding "${same.id}" too: LiveTex sends the events of a touch point to one address only`,
        ru: `этот токен уже у привязки "${same.id}": события одной точки контакта LiveTex отправляет только по одному адресу`,
      };
      problems.push({ path: [index, 'token'], text });
    }
    problems.push(...overlaps(index, binding, seen));
    seen.push(binding);
  }
  return problems;
}

/**
 * Bots that an earlier binding takes in every channel that this one takes: it would never get a dialog of them. A last binding
 * for all the other bots, and one for a channel that the earlier ones exclude, are no mistakes.
 */
function overlaps(index: number, binding: ComparedBinding, earlier: readonly ComparedBinding[]): Problem[] {
  const covering = earlier.filter(
    ({ id, excludedChannels }) =>
      id !== binding.id && excludedChannels.every((channel) => binding.excludedChannels.includes(channel)),
  );
  const taken = (en: string, ru: string, id: string | undefined): Text => ({
    en: `${en} taken by the binding "${id}" already, in every channel that this one takes`,
    ru: `${ru} уже у привязки "${id}" во всех каналах, которые берёт эта`,
  });
  if (binding.bots === undefined) {
    const all = covering.find(({ bots }) => bots === undefined);
    return all === undefined ? [] : [{ path: [index, 'bots'], text: taken('all bots are', 'все боты', all.id) }];
  }
  return binding.bots.flatMap((bot, place) => {
    const other = covering.find(({ bots }) => bots?.includes(bot) ?? true);
    return other === undefined
      ? []
      : [{ path: [index, 'bots', place], text: taken(`"${bot}" is`, `"${bot}"`, other.id) }];
  });
}
