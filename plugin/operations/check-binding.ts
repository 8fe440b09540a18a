/** Can operators be reached through a binding, and do their answers reach us? Asked of the outside, as it is now. */
import { connect } from 'node:tls';
import { isLoopback, webhookUrlOf } from '../contract/binding-config.ts';
import { codeOf, messageOf } from '../contract/coded-error.ts';
import { findGroup, type Group, groupsOf, listedGroups } from '../contract/groups.ts';
import type { Destination } from '../contract/livetex-api.ts';
import type { Check } from '../contract/plugin.ts';
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
/** As the alert on `livetex_queue_oldest_seconds`. */
const MAX_OLDEST_MS = 300_000;

type Context = Pick<PluginContext, 'storage' | 'clock'>;

/** Every check of a binding, each with what to do when it fails. Never rejects. */
export async function checkBinding(context: Context, binding: Binding): Promise<Check[]> {
  const liveTex = await askLiveTex(binding);
  const checks = [
    ...liveTex,
    await checkWebhook(binding),
    ...(await checkAddress(binding)),
    await safely('certificate', () => checkCertificate(context, binding), 'look at the address with a browser'),
    await safely('clock', () => checkClock(context, binding), 'look whether "baseUrl" is right and LiveTex answers'),
    await safely('lastEvent', () => checkLastEvent(context, binding), 'look at the storage'),
    await safely('queue', () => checkQueues(context, binding), 'look at the storage'),
    await safely('disk', () => checkDisk(context), 'make room, or mend the storage that is named'),
  ];
  return checks;
}

const good = (name: string): Check => ({ name, ok: true });
const bad = (name: string, problem: string, advice: string): Check => ({ name, ok: false, problem, advice });

async function safely(name: string, check: () => Promise<Check>, advice: string): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    return bad(name, messageOf(error), advice);
  }
}

/** `token`, `version`, `groups`, `operators`: what LiveTex says of itself. */
async function askLiveTex({ client, config }: Binding): Promise<Check[]> {
  let groups: Destination[];
  try {
    groups = await client.getDestinations();
  } catch (error) {
    const refused = codeOf(error) === 'livetex_token_refused';
    const advice = refused
      ? 'copy the access key of the touch point anew into "token" (docs/livetex-setup.ru.md)'
      : 'look whether this machine reaches "baseUrl", and whether LiveTex works';
    return [bad('token', messageOf(error), advice)];
  }
  const online = groups.some((group) => group.has_online ?? group.is_available ?? false);
  return [
    good('token'),
    await checkVersion(client, config.apiVersion),
    checkGroups(groupsOf(groups), config),
    online
      ? good('operators')
      : bad(
          'operators',
          'no operator is online',
          'let somebody log in; until then transfers run the script for no operators',
        ),
  ];
}

/** There is one, and those that the settings name are among them. */
function checkGroups(groups: readonly Group[], { group, reserveGroups }: Binding['config']): Check {
  if (groups.length === 0)
    return bad('groups', 'the touch point has no group of operators', 'add one in LiveTex: Settings, Routing');
  const named = group === undefined ? reserveGroups : [group, ...reserveGroups];
  const missing = named.filter((name) => findGroup(groups, name) === undefined);
  if (missing.length === 0) return good('groups');
  const problem = `there is no group ${missing.map((name) => `«${name}»`).join(', ')}: ${listedGroups(groups).en}`;
  return bad('groups', problem, 'write the names in "group" and "reserveGroups" as LiveTex shows them');
}

/** A method of the version is asked: the account's product may not have it. */
async function checkVersion(client: Binding['client'], version: Binding['config']['apiVersion']): Promise<Check> {
  if (version === '1.0' || version === 'auto') return good('version');
  try {
    await client.getCurrentDestination('metabot24-livetex:check:nobody');
  } catch (error) {
    if (codeOf(error) === 'livetex_method_forbidden')
      return bad('version', messageOf(error), 'set "apiVersion" to "auto"');
  }
  return good('version');
}

const NO_WEBHOOK = 'the binding has no "webhook", so answers of operators cannot arrive';
const ADD_WEBHOOK = 'add "webhook" with "publicUrl" and "key" to the binding';

async function checkWebhook({ client, config }: Binding): Promise<Check> {
  const ours = webhookUrlOf(config);
  if (ours === undefined) return bad('webhook', NO_WEBHOOK, ADD_WEBHOOK);
  return safely(
    'webhook',
    async () => {
      const { url } = await client.getWebhookSettings();
      if (url === ours) return good('webhook');
      const has = url === '' ? 'no address' : `another address: ${url.slice(0, 200)}`;
      return bad('webhook', `LiveTex has ${has}; ours is ${ours}`, 'run "metabot-livetex webhook set"');
    },
    'look whether this machine reaches "baseUrl", and whether LiveTex works',
  );
}

/** `address`: our own, as LiveTex would reach it. `key`: a wrong one is refused there, so it is really our server that answers. */
async function checkAddress({ config }: Binding): Promise<Check[]> {
  const url = webhookUrlOf(config);
  if (url === undefined) return [bad('address', NO_WEBHOOK, ADD_WEBHOOK)];
  if (!url.startsWith('https:') && !isLoopback(config.baseUrl))
    return [bad('address', `${url} is not HTTPS`, 'give a "publicUrl" that begins with https://')];
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
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
    const advice =
      'look at name, port, firewall and certificate; from this machine the way may be another one than from outside';
    return [bad('address', `${url} cannot be reached: ${why}`, advice)];
  }
  // 429: this machine has sent many wrong keys; somebody of ours refuses them.
  if (status === 401 || status === 429) return [good('address'), good('key')];
  const problem = `${url} answers ${status} to a wrong key instead of 401`;
  const advice =
    status === 404
      ? 'let the proxy pass /webhook/ on as it is, to a server that has this binding'
      : 'look what answers there: it is not this server, or it is behind something that answers first';
  return [good('address'), bad('key', problem, advice)];
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
  const problem = `the certificate of ${url.hostname} ends at ${new Date(end).toISOString()}`;
  return bad('certificate', problem, 'renew it, and look why that does not happen by itself');
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
  const problem = `this machine's clock is ${seconds} s ${difference > 0 ? 'behind' : 'ahead of'} LiveTex's`;
  return bad('clock', problem, 'let the machine set its clock by NTP (timedatectl set-ntp true)');
}

async function checkLastEvent({ storage, clock }: Context, { id }: Binding): Promise<Check> {
  const record = await storage.read((tx) => tx.getRecord(LAST_EVENTS, id));
  const at = Number(record?.value ?? Number.NaN);
  // None yet: nobody has talked to an operator.
  if (Number.isNaN(at) || clock.now() - at <= MAX_SILENCE_MS) return good('lastEvent');
  const problem = `LiveTex has posted nothing since ${new Date(at).toISOString()}`;
  return bad('lastEvent', problem, 'if operators have answered since, look at the checks "webhook" and "address"');
}

async function checkQueues({ storage, clock }: Context, { id }: Binding): Promise<Check> {
  const advice = 'look with "metabot-livetex outbox list"';
  const pause = await storage.read((tx) => tx.getPause(liveTexQueue(id)));
  if (pause !== undefined && pause.until > clock.now())
    return bad('queue', `its queue is held back until ${new Date(pause.until).toISOString()}: ${pause.reason}`, advice);
  for (const { queue, dead, oldestAt } of await storage.stats()) {
    if (![liveTexQueue(id), DIALOG_QUEUE, HOST_QUEUE].includes(queue)) continue;
    if (dead > 0)
      return bad('queue', `${dead} messages of ${queue} were given up`, `${advice}, then "resend" or "drop"`);
    if (oldestAt !== null && clock.now() - oldestAt > MAX_OLDEST_MS)
      return bad('queue', `the oldest message of ${queue} waits since ${new Date(oldestAt).toISOString()}`, advice);
  }
  return good('queue');
}

/** Storage refuses to be written when its disk is nearly full. */
async function checkDisk({ storage }: Context): Promise<Check> {
  await storage.ping();
  return good('disk');
}
