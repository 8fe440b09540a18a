/** Can operators be reached through a binding, and do their answers reach us? Asked of the outside, as it is now. */
import { connect } from 'node:tls';
import { isLoopback, webhookUrlOf } from '../contract/binding-config.ts';
import { codeOf, textOf } from '../contract/coded-error.ts';
import { menuPhrases } from '../contract/exit-phrases.ts';
import { findGroup, type Group, groupsOf, isOnline, listedGroups } from '../contract/groups.ts';
import type { Destination } from '../contract/livetex-api.ts';
import { type Check, failedCheck } from '../contract/plugin.ts';
import { russianCount, same, type Text } from '../contract/text.ts';
import { DIALOG_QUEUE, HOST_QUEUE, LAST_EVENTS, liveTexQueue } from '../core/jobs.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';

/** Longest wait for our own address, ms. Our choice: LiveTex itself waits 60 s, but nobody wants to be answered so late. */
const ADDRESS_TIMEOUT_MS = 10_000;
/** A certificate that ends so soon was not renewed when it should have been, ms: common ones are renewed a month before. */
const CERTIFICATE_MARGIN_MS = 14 * 24 * 3_600_000;
/** Our choice: times of LiveTex's events decide what is older than a transfer, and minutes would mix them up. */
const MAX_CLOCK_DIFFERENCE_MS = 60_000;
/** Silence of LiveTex after which somebody should look. Our choice: no desk is quiet for a week. */
const MAX_SILENCE_MS = 7 * 24 * 3_600_000;
/** As the alert on `storage_last_backup_timestamp_seconds`. Our choice: who began to make backups makes one a week at least. */
const MAX_BACKUP_AGE_MS = 8 * 24 * 3_600_000;
/** As the alert on `livetex_queue_oldest_seconds`. */
const MAX_OLDEST_MS = 300_000;

type Context = Pick<PluginContext, 'storage' | 'clock'> & Partial<Pick<PluginContext, 'host'>>;

const NOBODY_ONLINE: Text = { en: 'no operator is online', ru: 'нет ни одного оператора в сети' };
const NO_GROUP: Text = {
  en: 'the touch point has no group of operators',
  ru: 'у точки контакта нет ни одной группы операторов',
};

/** What to do. */
const ADVICE = {
  browser: { en: 'look at the address with a browser', ru: 'откройте адрес в браузере' },
  reach: {
    en: 'look whether "baseUrl" is right, whether this machine reaches it, and whether LiveTex works',
    ru: 'проверьте, верен ли "baseUrl", доступен ли он с этой машины и работает ли LiveTex',
  },
  storage: { en: 'look at the storage', ru: 'проверьте хранилище' },
  room: { en: 'make room, or mend the storage that is named', ru: 'освободите место или почините названное хранилище' },
  token: {
    en: 'copy the access key of the touch point anew into "token" (docs/livetex-setup.ru.md)',
    ru: 'скопируйте ключ доступа точки контакта в "token" заново (docs/livetex-setup.ru.md)',
  },
  logIn: {
    en: 'let somebody log in; until then transfers run the script for no operators',
    ru: 'пусть кто-нибудь войдёт в LiveTex; до этого перевод запускает скрипт «Нет доступных операторов»',
  },
  phrase: {
    en: 'take another phrase, or another code in the menu',
    ru: 'возьмите другую фразу или другой код в меню',
  },
  addGroup: { en: 'add one in LiveTex: Settings, Routing', ru: 'добавьте её в LiveTex: Настройки, Маршрутизация' },
  nameGroups: {
    en: 'write the names in "group" and "reserveGroups" as LiveTex shows them',
    ru: 'напишите названия в "group" и "reserveGroups" так, как их показывает LiveTex',
  },
  autoVersion: { en: 'set "apiVersion" to "auto"', ru: 'поставьте "apiVersion": "auto"' },
  addWebhook: {
    en: 'add "webhook" with "publicUrl" and "key" to the binding',
    ru: 'добавьте в привязку "webhook" с "publicUrl" и "key"',
  },
  setWebhook: { en: 'run "metabot-livetex webhook set"', ru: 'выполните "metabot-livetex webhook set"' },
  https: {
    en: 'give a "publicUrl" that begins with https://',
    ru: 'укажите "publicUrl", который начинается с https://',
  },
  way: {
    en: 'look at name, port, firewall and certificate; from this machine the way may be another one than from outside',
    ru: 'проверьте имя, порт, сетевой экран и сертификат; с этой машины путь может быть не тем, что снаружи',
  },
  proxy: {
    en: 'let the proxy pass /webhook/ on as it is, to a server that has this binding',
    ru: 'пусть прокси передаёт /webhook/ без изменений серверу, у которого есть эта привязка',
  },
  whoAnswers: {
    en: 'look what answers there: it is not this server, or it is behind something that answers first',
    ru: 'посмотрите, кто там отвечает: это не наш сервер, или перед ним стоит то, что отвечает первым',
  },
  renew: {
    en: 'renew it, and look why that does not happen by itself',
    ru: 'продлите его и выясните, почему это не происходит само',
  },
  ntp: {
    en: 'let the machine set its clock by NTP (timedatectl set-ntp true)',
    ru: 'включите на машине синхронизацию часов по NTP (timedatectl set-ntp true)',
  },
  silence: {
    en: 'if operators have answered since, look at the checks "webhook" and "address"',
    ru: 'если операторы с тех пор отвечали, смотрите проверки "webhook" и "address"',
  },
  outbox: { en: 'look with "metabot-livetex outbox list"', ru: 'смотрите "metabot-livetex outbox list"' },
  backUp: {
    en: 'look why "metabot-livetex storage backup" does not run any more, and run it',
    ru: 'выясните, почему больше не выполняется "metabot-livetex storage backup", и выполните его',
  },
  deadLetters: {
    en: 'look with "metabot-livetex outbox list", then "resend" or "drop"',
    ru: 'смотрите "metabot-livetex outbox list", затем "resend" или "drop"',
  },
} as const satisfies Readonly<Record<string, Text>>;

/** Every check of a binding, each with what to do when it fails. Never rejects. */
export async function checkBinding(context: Context, binding: Binding): Promise<Check[]> {
  const liveTex = await askLiveTex(binding);
  const checks = [
    ...liveTex,
    await checkWebhook(binding),
    ...(await checkAddress(binding)),
    ...checkExit(context, binding),
    await safely('certificate', () => checkCertificate(context, binding), ADVICE.browser),
    await safely('clock', () => checkClock(context, binding), ADVICE.reach),
    await safely('lastEvent', () => checkLastEvent(context, binding), ADVICE.storage),
    await safely('queue', () => checkQueues(context, binding), ADVICE.storage),
    await safely('disk', () => checkDisk(context), ADVICE.room),
    await safely('backup', () => checkBackup(context), ADVICE.storage),
  ];
  return checks;
}

const good = (name: string): Check => ({ name, ok: true });

/** A bot's folder may have changed since the binding was taken. Looked at where there is an `exit` and a platform that knows its menus. */
function checkExit({ host }: Context, { config }: Binding): Check[] {
  const codes = host?.menuCodes?.();
  if (codes === undefined || config.exit === undefined) return [];
  const [wrong] = menuPhrases(config, codes);
  if (wrong === undefined) return [good('exit')];
  const at = `exit.phrases[${wrong.place}]`;
  const problem = { en: `${at} ${wrong.text.en}`, ru: `${at}: ${wrong.text.ru}` };
  return [failedCheck('exit', problem, ADVICE.phrase)];
}
async function safely(name: string, check: () => Promise<Check>, advice: Text): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    return failedCheck(name, textOf(error), adviceOn(error, advice));
  }
}

/** A refused token is mended in one place, whatever was asked with it. */
function adviceOn(error: unknown, advice: Text): Text {
  return codeOf(error) === 'livetex_token_refused' ? ADVICE.token : advice;
}

/** `token`, `version`, `groups`, `operators`: what LiveTex says of itself. */
async function askLiveTex({ client, config }: Binding): Promise<Check[]> {
  let groups: Destination[];
  try {
    groups = await client.getDestinations();
  } catch (error) {
    return [failedCheck('token', textOf(error), adviceOn(error, ADVICE.reach))];
  }
  const online = groups.some(isOnline);
  return [
    good('token'),
    await checkVersion(client, config.apiVersion),
    checkGroups(groupsOf(groups), config),
    online ? good('operators') : failedCheck('operators', NOBODY_ONLINE, ADVICE.logIn),
  ];
}

/** There is one, and those that the settings name are among them. */
function checkGroups(groups: readonly Group[], { group, reserveGroups }: Binding['config']): Check {
  if (groups.length === 0) return failedCheck('groups', NO_GROUP, ADVICE.addGroup);
  const named = group === undefined ? reserveGroups : [group, ...reserveGroups];
  const missing = named.filter((name) => findGroup(groups, name) === undefined);
  if (missing.length === 0) return good('groups');
  const names = missing.map((name) => `«${name}»`).join(', ');
  const known = listedGroups(groups);
  const problem = { en: `there is no group ${names}: ${known.en}`, ru: `нет группы ${names}: ${known.ru}` };
  return failedCheck('groups', problem, ADVICE.nameGroups);
}

/** A method of the version is asked: the account's product may not have it. */
async function checkVersion(client: Binding['client'], version: Binding['config']['apiVersion']): Promise<Check> {
  if (version === '1.0' || version === 'auto') return good('version');
  try {
    await client.getCurrentDestination('metabot24-livetex:check:nobody');
  } catch (error) {
    if (codeOf(error) === 'livetex_method_forbidden') return failedCheck('version', textOf(error), ADVICE.autoVersion);
  }
  return good('version');
}

const NO_WEBHOOK: Text = {
  en: 'the binding has no "webhook", so answers of operators cannot arrive',
  ru: 'у привязки нет "webhook", поэтому ответы операторов не приходят',
};

async function checkWebhook({ client, config }: Binding): Promise<Check> {
  const ours = webhookUrlOf(config);
  if (ours === undefined) return failedCheck('webhook', NO_WEBHOOK, ADVICE.addWebhook);
  return safely(
    'webhook',
    async () => {
      const { url } = await client.getWebhookSettings();
      if (url === ours) return good('webhook');
      const theirs = url.slice(0, 200);
      const problem = {
        en: `LiveTex has ${url === '' ? 'no address' : `another address: ${theirs}`}; ours is ${ours}`,
        ru: `в LiveTex ${url === '' ? 'адреса нет' : `другой адрес: ${theirs}`}; наш — ${ours}`,
      };
      return failedCheck('webhook', problem, ADVICE.setWebhook);
    },
    ADVICE.reach,
  );
}

/** `address`: our own, as LiveTex would reach it. `key`: a wrong one is refused there, so it is really our server that answers. */
async function checkAddress({ config }: Binding): Promise<Check[]> {
  const url = webhookUrlOf(config);
  if (url === undefined) return [failedCheck('address', NO_WEBHOOK, ADVICE.addWebhook)];
  if (!url.startsWith('https:') && !isLoopback(config.baseUrl))
    return [failedCheck('address', { en: `${url} is not HTTPS`, ru: `${url} — это не HTTPS` }, ADVICE.https)];
  let status: number;
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'check', type: 'check', webhook_key: 'wrong on purpose: a check' }),
      redirect: 'manual',
      signal: AbortSignal.timeout(ADDRESS_TIMEOUT_MS),
    });
    ({ status } = answer);
    await answer.body?.cancel();
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? same(error.cause.message) : textOf(error);
    const problem = { en: `${url} cannot be reached: ${why.en}`, ru: `${url} недоступен: ${why.ru}` };
    return [failedCheck('address', problem, ADVICE.way)];
  }
  // 429: this machine has sent many wrong keys; somebody of ours refuses them.
  if (status === 401 || status === 429) return [good('address'), good('key')];
  const problem = {
    en: `${url} answers ${status} to a wrong key instead of 401`,
    ru: `${url} на неверный ключ отвечает ${status}, а должен 401`,
  };
  return [good('address'), failedCheck('key', problem, status === 404 ? ADVICE.proxy : ADVICE.whoAnswers)];
}

async function checkCertificate({ clock }: Context, { config }: Binding): Promise<Check> {
  const url = URL.parse(webhookUrlOf(config) ?? '');
  if (url?.protocol !== 'https:') return good('certificate');
  const end = await new Promise<number>((resolve, reject) => {
    const port = url.port === '' ? 443 : Number(url.port);
    // Whether it is trusted is the check of the address; here only its end is read.
    const socket = connect({ host: url.hostname, port, servername: url.hostname, rejectUnauthorized: false }, () => {
      resolve(Date.parse(socket.getPeerCertificate().valid_to));
      socket.end();
    });
    socket.setTimeout(ADDRESS_TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')));
    socket.on('error', reject);
  });
  if (end - clock.now() > CERTIFICATE_MARGIN_MS) return good('certificate');
  const at = new Date(end).toISOString();
  const problem = {
    en: `the certificate of ${url.hostname} ends at ${at}`,
    ru: `сертификат ${url.hostname} кончается ${at}`,
  };
  return failedCheck('certificate', problem, ADVICE.renew);
}

async function checkClock({ clock }: Context, { config }: Binding): Promise<Check> {
  const before = clock.now();
  const answer = await fetch(config.baseUrl, {
    method: 'HEAD',
    redirect: 'manual',
    signal: AbortSignal.timeout(ADDRESS_TIMEOUT_MS),
  });
  const theirs = Date.parse(answer.headers.get('date') ?? '');
  if (Number.isNaN(theirs)) return good('clock');
  const difference = theirs - (before + clock.now()) / 2;
  if (Math.abs(difference) <= MAX_CLOCK_DIFFERENCE_MS) return good('clock');
  const seconds = Math.round(Math.abs(difference) / 1_000);
  const problem = {
    en: `this machine's clock is ${seconds} s ${difference > 0 ? 'behind' : 'ahead of'} LiveTex's`,
    ru: `часы этой машины ${difference > 0 ? 'отстают от часов' : 'спешат относительно часов'} LiveTex на ${seconds} с`,
  };
  return failedCheck('clock', problem, ADVICE.ntp);
}

async function checkLastEvent({ storage, clock }: Context, { id }: Binding): Promise<Check> {
  const record = await storage.read((tx) => tx.getRecord(LAST_EVENTS, id));
  const at = Number(record?.value ?? Number.NaN);
  // None yet: nobody has talked to an operator.
  if (Number.isNaN(at) || clock.now() - at <= MAX_SILENCE_MS) return good('lastEvent');
  const since = new Date(at).toISOString();
  const problem = { en: `LiveTex has posted nothing since ${since}`, ru: `LiveTex ничего не присылал с ${since}` };
  return failedCheck('lastEvent', problem, ADVICE.silence);
}

async function checkQueues({ storage, clock }: Context, { id }: Binding): Promise<Check> {
  const pause = await storage.read((tx) => tx.getPause(liveTexQueue(id)));
  if (pause !== undefined && pause.until > clock.now()) {
    const until = new Date(pause.until).toISOString();
    const problem = {
      en: `its queue is held back until ${until}: ${pause.reason}`,
      ru: `очередь остановлена до ${until}: ${pause.reason}`,
    };
    return failedCheck('queue', problem, ADVICE.outbox);
  }
  for (const { queue, dead, oldestAt } of await storage.stats()) {
    if (![liveTexQueue(id), DIALOG_QUEUE, HOST_QUEUE].includes(queue)) continue;
    if (dead > 0) {
      const problem = {
        en: `${dead} messages of ${queue} were given up`,
        ru: `от ${russianCount(dead, 'сообщения', 'сообщений', 'сообщений')} очереди ${queue} отказались`,
      };
      return failedCheck('queue', problem, ADVICE.deadLetters);
    }
    if (oldestAt !== null && clock.now() - oldestAt > MAX_OLDEST_MS) {
      const since = new Date(oldestAt).toISOString();
      const problem = {
        en: `the oldest message of ${queue} waits since ${since}`,
        ru: `самое старое сообщение очереди ${queue} ждёт с ${since}`,
      };
      return failedCheck('queue', problem, ADVICE.outbox);
    }
  }
  return good('queue');
}

/** Storage refuses to be written when its disk is nearly full. */
async function checkDisk({ storage }: Context): Promise<Check> {
  await storage.ping();
  return good('disk');
}

/** Whether anybody makes backups is not known: of PostgreSQL nobody tells, and a folder may be copied by other means. */
async function checkBackup({ storage, clock }: Context): Promise<Check> {
  const last = await storage.lastBackup();
  if (last === null) return good('backup');
  const at = new Date(last.at).toISOString();
  if (clock.now() - last.at <= MAX_BACKUP_AGE_MS) return { ...good('backup'), found: at };
  const problem = { en: `the last backup was made at ${at}`, ru: `последняя резервная копия сделана ${at}` };
  return { ...failedCheck('backup', problem, ADVICE.backUp), found: at };
}
