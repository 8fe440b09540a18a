/** «Каналы»: the bindings, and what can be done with one. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { bindingsSchema, webhookUrlOf } from '../../../plugin/contract/binding-config.ts';
import { codeOf } from '../../../plugin/contract/coded-error.ts';
import { codeSchema } from '../../../plugin/contract/lead.ts';
import type { BindingInfo, BindingToPut, Readiness } from '../../../plugin/contract/plugin.ts';
import type { Json } from '../../../plugin/storage/contract.ts';
import type { Route } from '../../http/routes.ts';
import { bindingListSchema, bindingSchema, checkSchema } from '../records/binding-records.ts';
import type { ConsolePlugin } from '../console-ports.ts';
import { consoleError } from '../console-errors.ts';
import { consoleRoute, Refusal, type RoutePorts } from '../console-route.ts';

/** Dialogs counted before a removal. Our choice: "more than 1,000" is warning enough. */
const COUNTED_DIALOGS = 1_000;
/** As `http.apiToken` asks for, and twice as long. */
const KEY_BYTES = 24;

const putSchema = z.strictObject({
  /** As in the configuration file. `token` and `webhook.key` that are left out stay as they are; a new key is made. */
  binding: z.looseObject({}),
  /** That of the binding as it was read; 0: a new one. */
  version: z.int().nonnegative(),
});
const idSchema = z.object({ id: codeSchema });
export interface BindingRoutesOptions {
  readonly plugin: () => ConsolePlugin;
  readonly ready: () => Promise<Readiness>;
  /** Codes of the messengers that this server has. */
  readonly channels: () => Promise<readonly string[]>;
  readonly publicUrl: string | undefined;
  /** Told of each secret that comes in, so that no log shows it. */
  readonly onSecret: (secret: string) => void;
}

export function bindingRoutes(ports: RoutePorts, options: BindingRoutesOptions): Route[] {
  const { plugin, ready, channels, publicUrl, onSecret } = options;
  const of = async (id: string): Promise<BindingInfo> => {
    const found = (await plugin().bindings.list()).find((one) => one.id === id);
    if (found === undefined) throw consoleError('console_nothing_there', undefined);
    return found;
  };
  return [
    consoleRoute(ports, {
      method: 'GET',
      path: '/bindings',
      role: 'viewer',
      summary: 'All bindings, with their state, without their secrets',
      answer: bindingListSchema,
      async act() {
        const { bindings: states = {} } = await ready();
        const bindings = (await plugin().bindings.list()).map((info) => shown(info, states[info.id]));
        return { bindings, defaults: defaultSettings(), channels: await channels(), publicUrl: publicUrl ?? null };
      },
    }),
    consoleRoute(ports, {
      method: 'PUT',
      path: '/bindings/{id}',
      role: 'admin',
      summary: 'Adds a binding, or changes it if it is still the one that was read',
      params: idSchema,
      body: putSchema,
      answer: z.object({ binding: bindingSchema }),
      async act({ params: { id = '' }, body: { binding, version }, note }) {
        const before = version === 0 ? undefined : await of(id).catch(() => undefined);
        const whole = withKey({ ...binding, id }, before?.settings.webhook === undefined);
        for (const secret of secretsIn(whole)) onSecret(secret);
        try {
          await plugin().bindings.put(whole as BindingToPut, { version, keepSecrets: true });
        } catch (error) {
          if (codeOf(error) !== 'binding_changed') throw error;
          const now = await of(id).catch(() => undefined);
          throw new Refusal(error, { current: now === undefined ? null : shown(now, undefined) });
        }
        const after = await of(id);
        await note(version === 0 ? 'binding_added' : 'binding_changed', {
          binding: id,
          keys: changedKeys(before, after, whole),
        });
        return { binding: shown(after, undefined) };
      },
    }),
    consoleRoute(ports, {
      method: 'DELETE',
      path: '/bindings/{id}',
      role: 'admin',
      summary: 'Removes a binding: its open dialogs go back to the bot, what waits is still sent',
      params: idSchema,
      answer: z.object({ ok: z.literal(true) }),
      async act({ params: { id = '' }, note }) {
        await plugin().bindings.remove(id);
        await note('binding_removed', { binding: id });
        return { ok: true };
      },
    }),
    consoleRoute(ports, {
      method: 'GET',
      path: '/bindings/{id}/open',
      role: 'viewer',
      summary: 'How many dialogs of a binding an operator has, or is to get',
      params: idSchema,
      answer: z.object({ dialogs: z.int(), more: z.boolean() }),
      async act({ params: { id = '' } }) {
        const open = await plugin().openDialogs({ binding: id, limit: COUNTED_DIALOGS });
        return { dialogs: open.length, more: open.length === COUNTED_DIALOGS };
      },
    }),
    consoleRoute(ports, {
      method: 'POST',
      path: '/bindings/{id}/check',
      role: 'admin',
      summary: 'Looks at a binding from all sides, over the network too',
      params: idSchema,
      answer: z.object({ checks: z.array(checkSchema) }),
      act: async ({ params: { id = '' } }) => ({ checks: await plugin().check(id) }),
    }),
    consoleRoute(ports, {
      method: 'POST',
      path: '/bindings/{id}/webhook',
      role: 'admin',
      summary: 'Has LiveTex post its events here',
      params: idSchema,
      answer: z.object({ url: z.string() }),
      async act({ params: { id = '' }, note }) {
        await keep(id, true);
        const { url } = await plugin().setWebhook(id);
        await note('webhook_set', { binding: id, url });
        return { url };
      },
    }),
    consoleRoute(ports, {
      method: 'DELETE',
      path: '/bindings/{id}/webhook',
      role: 'admin',
      summary: 'Has LiveTex post its events nowhere; one of the file is set again while its "webhook.keep" is true',
      params: idSchema,
      answer: z.object({ comesBack: z.boolean() }),
      async act({ params: { id = '' }, note }) {
        const comesBack = await keep(id, false);
        await plugin().removeWebhook(id);
        await note('webhook_removed', { binding: id });
        return { comesBack };
      },
    }),
  ];

  /** What is removed on purpose must not be set again by the watch. Returns whether it will be all the same. */
  async function keep(id: string, wanted: boolean): Promise<boolean> {
    const { settings, version, source } = await of(id);
    const { webhook } = settings;
    if (webhook === undefined || webhook.keep === wanted) return false;
    if (source === 'given' || version === null) return webhook.keep;
    const binding = { ...settings, webhook: { ...webhook, keep: wanted } };
    await plugin().bindings.put(binding, { version, keepSecrets: true });
    return false;
  }
}

function shown(info: BindingInfo, state: { readonly ready: boolean; readonly reasons: readonly string[] } | undefined) {
  const webhookUrl = webhookUrlOf({ id: info.id, webhook: info.settings.webhook }) ?? null;
  return { ...info, webhookUrl, ready: state?.ready ?? true, reasons: state?.reasons ?? [] };
}

const webhookIn = z.looseObject({ webhook: z.looseObject({ key: z.string().optional() }) });
const secretsSchema = z.looseObject({
  token: z.string().optional().catch(undefined),
  webhook: z
    .looseObject({ key: z.string().optional().catch(undefined), previousKey: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** A webhook that is new and has no key gets one: nobody needs to know it. */
function withKey(binding: Readonly<Record<string, unknown>>, needsOne: boolean): Readonly<Record<string, unknown>> {
  const { data } = webhookIn.safeParse(binding);
  if (data === undefined || data.webhook.key !== undefined) return binding;
  return needsOne
    ? { ...binding, webhook: { ...data.webhook, key: randomBytes(KEY_BYTES).toString('base64url') } }
    : binding;
}

function secretsIn(binding: unknown): string[] {
  const { token, webhook } = secretsSchema.parse(binding);
  return [token, webhook?.key, webhook?.previousKey].filter(
    (secret) => secret !== undefined && secret !== '',
  ) as string[];
}

function defaultSettings(): Readonly<Record<string, unknown>> {
  const [binding] = bindingsSchema.parse([{ token: 'none' }]);
  if (binding === undefined) throw new Error('one binding goes in, one comes out');
  const { token: _token, ...settings } = binding;
  return settings;
}

/** The names of what was changed; of secrets too, but never what they are. */
function changedKeys(before: BindingInfo | undefined, after: BindingInfo, given: unknown): Json {
  const { token, webhook } = secretsSchema.parse(given);
  const secrets = [...(token === undefined ? [] : ['token']), ...(webhook?.key === undefined ? [] : ['webhook.key'])];
  if (before === undefined) return secrets;
  const one: Readonly<Record<string, unknown>> = before.settings;
  const other: Readonly<Record<string, unknown>> = after.settings;
  const keys = Object.keys({ ...one, ...other });
  return [...keys.filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key])), ...secrets];
}
