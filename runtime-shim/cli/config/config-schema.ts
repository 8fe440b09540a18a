/** The configuration file's schema: strict, every default here. Explained in `docs/configuration.md`. */
import { z } from 'zod';
import { bindingsSchema, isLoopback, NOT_A_SECRET, secretKeySchema } from '../../../plugin/contract/binding-config.ts';
import { codeSchema } from '../../../plugin/contract/lead.ts';
import { isHttpUrl } from '../../../plugin/contract/message.ts';
import { spoken, spokenIssue } from '../../../plugin/contract/issue-words.ts';
import type { Text } from '../../../plugin/contract/text.ts';
import { codeOf, type StorageError } from '../../../plugin/storage/index.ts';
import { parseTarget } from '../../../plugin/storage/postgres/target.ts';
import { allowedProblem } from '../../api/allow-list.ts';
import { channelSchema, channelSecrets, webhookAddressProblems } from './channels-config.ts';
import { uploadsSchema } from './uploads-config.ts';
import { passwordsIn } from './passwords-in.ts';
import { DEFAULT_API_MAX_BYTES, DEFAULT_API_TIMEOUT_MS } from '../../api/script-requests.ts';

const DEFAULT_STORAGE = 'sqlite:./data';
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 8024;
/** Our choice: a load balancer that asks every second or two has seen it, and nobody waits long for a restart. */
const DEFAULT_DRAIN_SECONDS = 3;
/** Shorter tokens can be guessed; 16 random ASCII characters cannot. Our choice. */
const MIN_API_TOKEN_LENGTH = 16;

const storageSchema = z.string().superRefine((value, context) => {
  const problem = problemOfStorage(value);
  if (problem !== undefined) context.addIssue(spokenIssue(problem));
});

/** Never repeats the value: a URL may hold a password. */
function problemOfStorage(value: string): Text | undefined {
  const wanted = {
    en: 'must be "sqlite:<folder>" or a postgres:// URL',
    ru: 'здесь нужно "sqlite:<folder>" или адрес postgres://',
  };
  if (/^sqlite:.+/s.test(value)) return undefined;
  if (!/^postgres(ql)?:/.test(value)) return wanted;
  try {
    parseTarget(value);
    return undefined;
  } catch (error) {
    if (codeOf(error) !== 'storage_spec_invalid') throw error;
    const problem = String((error as StorageError).facts['problem']);
    return { en: `${wanted.en}: this one ${problem}`, ru: `${wanted.ru}: этот ${problem}` };
  }
}

const networkSchema = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
  spoken({
    en: 'must be an IP address or a network such as "10.0.0.0/8"',
    ru: 'здесь нужен IP-адрес или сеть, например "10.0.0.0/8"',
  }),
);

const NEEDS_ADMIN_TOKEN = spoken({
  en: 'needs "adminToken" beside it: without one the console is open to this machine and asks for nothing',
  ru: 'нужен и "adminToken": без него консоль открыта этой машине и ничего не спрашивает',
});
const SAME_TOKEN = spoken({
  en: 'is another token of "http" too: whoever has the one would have the rights of the other',
  ru: 'это и другой токен из "http": у кого есть один, у того были бы права другого',
});
const tokensGiven = z.looseObject({
  apiToken: z.string().optional(),
  adminToken: z.string().optional(),
  viewerToken: z.string().optional(),
});

const hostGiven = z.looseObject({ host: z.string().min(1) });

const tokenSchema = z
  .string()
  .min(MIN_API_TOKEN_LENGTH)
  .max(512)
  .regex(/^[\x21-\x7e]*$/, NOT_A_SECRET);

const httpSchema = z
  .strictObject({
    /** An address of this machine, or 0.0.0.0 for all of them. */
    host: z.string().min(1).default(DEFAULT_HOST),
    /** 0: any free port. */
    port: z.int().min(0).max(65_535).default(DEFAULT_PORT),
    /** Where this server is reached from outside: messengers post there, and files of leads are fetched there. */
    publicUrl: z
      .string()
      .max(1_000)
      .refine(
        (url) => isHttpUrl(url) && new URL(url).search === '' && new URL(url).hash === '',
        spoken({
          en: 'must be a whole address without query such as "https://bot.example.com"',
          ru: 'здесь нужен полный адрес без параметров, например "https://bot.example.com"',
        }),
      )
      .optional(),
    /** Asked for as `Authorization: Bearer …` by the `/api` part. */
    apiToken: tokenSchema.optional(),
    /** Opens the console, and everything below `/console/`. */
    adminToken: tokenSchema.optional(),
    /** The same, to look only: figures and states, no texts of leads. */
    viewerToken: tokenSchema.optional(),
    /** After SIGTERM `/readyz` says 503 for so long before anything is refused. */
    drainSeconds: z.number().min(0).max(60).default(DEFAULT_DRAIN_SECONDS),
    /** Reverse proxies whose `X-Forwarded-For` is believed. */
    trustedProxies: z.array(networkSchema).optional(),
  })
  .refine((http) => http.apiToken !== undefined || isLoopback(`http://${hostForUrl(http.host)}`), {
    path: ['apiToken'],
    message: spoken({
      en: 'is needed because "host" is not a loopback address: anybody who reaches the port could read and write dialogs',
      ru: 'нужен, потому что "host" открыт другим машинам: любой, кто достучится до порта, читал бы и писал диалоги',
    }),
    // Also beside problems of other keys, so that all are reported together; not while the host itself is none.
    when: ({ value }) => hostGiven.safeParse(value).success,
  })
  .superRefine(
    ({ apiToken, adminToken, viewerToken }, context) => {
      const add = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
      if (viewerToken !== undefined && adminToken === undefined) add('viewerToken', NEEDS_ADMIN_TOKEN);
      if (adminToken !== undefined && adminToken === apiToken) add('adminToken', SAME_TOKEN);
      if (viewerToken !== undefined && [apiToken, adminToken].includes(viewerToken)) add('viewerToken', SAME_TOKEN);
    },
    { when: ({ value }) => tokensGiven.safeParse(value).success },
  );

/** An IPv6 address stands in brackets in a URL (RFC 3986, 3.2.2). */
function hostForUrl(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

const sandboxSchema = z.strictObject({
  cpuMs: z.int().min(10).max(60_000).optional(),
  wallMs: z.int().min(10).max(300_000).optional(),
  memoryMb: z.int().min(8).max(1_024).optional(),
  runners: z.int().min(1).max(64).optional(),
  spares: z.int().min(0).max(64).optional(),
});

const allowedUrlSchema = z.string().superRefine((url, context) => {
  const problem = allowedProblem(url);
  if (problem !== undefined) context.addIssue(spokenIssue(problem));
});

/** What scripts may ask of other servers. */
const apiSchema = z.strictObject({
  /** Addresses below which they may ask. A name that resolves to a private address must say so. */
  allow: z
    .array(
      z.union(
        [allowedUrlSchema, z.strictObject({ url: allowedUrlSchema, private: z.boolean().default(false) })],
        spoken({
          en: 'must be a whole address without query such as "https://crm.example.com/", or { "url": …, "private": true }',
          ru: 'здесь нужен полный адрес без запроса, например "https://crm.example.com/", или { "url": …, "private": true }',
        }),
      ),
    )
    .max(100)
    .default([]),
  timeoutMs: z.int().min(10).max(60_000).default(DEFAULT_API_TIMEOUT_MS),
  maxBytes: z
    .int()
    .min(1_024)
    .max(2 * 1024 * 1024)
    .default(DEFAULT_API_MAX_BYTES),
});

/** LiveTex repeats an event for 24 h (Messaging API, "Webhooks"): an id that is forgotten before would let it in twice. */
const MIN_IDS_HOURS = 25;
const MAX_DAYS = 36_500;

/** How long finished things are kept. */
const retentionSchema = z.strictObject({
  /** Ids of messages and events, by which a repeated one is recognised. */
  idsHours: z
    .number()
    .min(MIN_IDS_HOURS)
    .max(MAX_DAYS * 24)
    .default(72),
  /** Leads' transcripts and authors' logs; left out: for ever. */
  transcriptDays: z.number().positive().max(MAX_DAYS).optional(),
  /** Messages that were given up. */
  deadDays: z.number().positive().max(MAX_DAYS).default(30),
  /** Records of transfers, for the figures. */
  transfersDays: z.number().positive().max(MAX_DAYS).default(400),
});

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

const fileSchema = z.strictObject({
  /** The bot folder, relative to this file. */
  bot: z.string().min(1).optional(),
  /** Several of them, instead. */
  bots: z.array(z.string().min(1)).min(1).optional(),
  storage: storageSchema.default(DEFAULT_STORAGE),
  http: httpSchema.default({ host: DEFAULT_HOST, port: DEFAULT_PORT, drainSeconds: DEFAULT_DRAIN_SECONDS }),
  sandbox: sandboxSchema.default({}),
  api: apiSchema.default({ allow: [], timeoutMs: DEFAULT_API_TIMEOUT_MS, maxBytes: DEFAULT_API_MAX_BYTES }),
  channels: z.record(codeSchema, channelSchema).default({}),
  /** Files that leads send to this server itself. */
  uploads: uploadsSchema.prefault({}),
  livetex: bindingsSchema.default([]),
  /** Seals the tokens of bindings that are put while the server runs. */
  secretKey: secretKeySchema.optional(),
  retention: retentionSchema.default({ idsHours: 72, deadDays: 30, transfersDays: 400 }),
  /** The least that is logged. Message texts appear at `debug` only. */
  logLevel: z.enum(LOG_LEVELS).default('info'),
});

const anyObject = z.looseObject({});

const BOT_MISSING: Text = {
  en: 'is missing: the bot folder, or "bots" with several',
  ru: 'не хватает: папка бота, или "bots" с несколькими',
};
const BOTS_BESIDE_BOT: Text = {
  en: 'stands beside "bot": one of the two is enough',
  ru: 'стоит рядом с "bot": достаточно одного из двух',
};

/** The file as it is written. */
export const configSchema = fileSchema.superRefine(
  (
    config: { readonly bot?: unknown; readonly bots?: unknown; readonly channels?: unknown; readonly http?: unknown },
    context,
  ) => {
    if (config.bot === undefined && config.bots === undefined) {
      context.addIssue(spokenIssue(BOT_MISSING, ['bot']));
    } else if (config.bot !== undefined && config.bots !== undefined) {
      context.addIssue(spokenIssue(BOTS_BESIDE_BOT, ['bots']));
    }
    for (const { path, problem } of webhookAddressProblems(config)) {
      context.addIssue({ ...spokenIssue(problem), path });
    }
  },
  // Also beside problems of other keys, so that all are reported together.
  { when: ({ value }) => anyObject.safeParse(value).success },
);

export type Config = z.infer<typeof configSchema>;

/** The bot folders of a configuration; the first one is meant wherever none is named. */
export function botFoldersOf({ bot, bots = [] }: Pick<Config, 'bot' | 'bots'>): readonly string[] {
  return bot === undefined ? bots : [bot];
}

/** Every text of a configuration that nobody may see: tokens, webhook keys, the API token, the database password. */
export function secretsOf(config: Config): string[] {
  const bindings = config.livetex.flatMap(({ token, webhook }) => [token, webhook?.key, webhook?.previousKey]);
  const { apiToken, adminToken, viewerToken } = config.http;
  const all = [
    ...bindings,
    ...channelSecrets(config.channels),
    apiToken,
    adminToken,
    viewerToken,
    config.secretKey,
    config.uploads.s3?.accessKeyId,
    config.uploads.s3?.secretAccessKey,
    ...passwordsIn(config.storage),
  ];
  return all.filter((secret): secret is string => secret !== undefined && secret !== '');
}

/** `sqlite:<folder>`: the driver's name in a storage setting. */
const SQLITE = 'sqlite:';

/** The data folder of a storage setting; `undefined` when it is a database elsewhere. */
export function sqliteFolderOf(storage: string): string | undefined {
  return storage.startsWith(SQLITE) ? storage.slice(SQLITE.length) : undefined;
}

export function sqliteIn(folder: string): string {
  return `${SQLITE}${folder}`;
}
