import type { BindingInput } from '../../plugin/contract/binding-config.ts';
import { type LeadRef, userIdOf } from '../../plugin/contract/lead.ts';
import type {
  EmulatedDialog,
  EmulatedTouchPoint,
  EmulatorOptions,
  LiveTexEmulator,
} from '../../runtime-shim/emulator/emulator-contract.ts';
import { startLiveTexEmulator } from '../../runtime-shim/emulator/index.ts';
import { LEAD, type MinimalHost, type MinimalHostOptions, startMinimalHost } from './minimal-host.ts';
import { type WebhookServer, startWebhookServer } from './http-server.ts';

/** The plugin on the minimal host, a LiveTex emulator, and HTTP both ways between them. */
export interface Desk extends AsyncDisposable {
  readonly host: MinimalHost;
  readonly emulator: LiveTexEmulator;
  readonly server: WebhookServer;
  /** The operator of the default group. */
  readonly anna: string;
  readonly boris: string;
  readonly userId: string;
  /** LiveTex's side of a lead; throws while there is none. */
  dialog(lead?: LeadRef): EmulatedDialog;
  /** Resolves when neither side has anything to do. */
  settle(): Promise<void>;
  /** The lead is with LiveTex, nobody has opened it yet. */
  toWaiting(lead?: LeadRef): Promise<void>;
  /** Anna has opened it. */
  toOperator(lead?: LeadRef): Promise<void>;
}

export interface DeskOptions extends Partial<Omit<MinimalHostOptions, 'bindings'>> {
  readonly binding?: Partial<BindingInput>;
  readonly emulator?: EmulatorOptions;
  /** More bindings, each with a touch point of its own. */
  readonly more?: (emulator: LiveTexEmulator, publicUrl: string) => readonly BindingInput[];
}

export const WEBHOOK_KEY = 'webhook-key';

export function bindingOf(point: Pick<EmulatedTouchPoint, 'url' | 'token'>, publicUrl: string): BindingInput {
  return { token: point.token, baseUrl: point.url, webhook: { publicUrl, key: WEBHOOK_KEY } };
}

export async function startDesk(options: DeskOptions = {}): Promise<Desk> {
  const emulator = await startLiveTexEmulator({
    operators: [
      { firstName: 'Анна', lastName: 'Котова', status: 'online' },
      { firstName: 'Борис', nickName: 'Борис', status: 'online' },
    ],
    ...options.emulator,
  });
  let host: MinimalHost | undefined;
  const server = await startWebhookServer(async (bindingId, bytes, headers) => {
    if (host === undefined) return { status: 503, body: '{}' };
    return host.plugin.webhook(bindingId, bytes, headers);
  });
  const { binding, more, emulator: _, ...rest } = options;
  const bindings = [{ ...bindingOf(emulator, server.url), ...binding }, ...(more?.(emulator, server.url) ?? [])];
  const started = await startMinimalHost({ storage: 'memory:', ...rest, bindings });
  host = started;
  for (const { id } of bindings) await started.plugin.setWebhook(id ?? 'main');
  const [anna, boris] = emulator.operators.list().map(({ id }) => id);

  const desk: Desk = {
    host: started,
    emulator,
    server,
    anna: anna ?? '',
    boris: boris ?? '',
    userId: userIdOf(LEAD),
    dialog(lead = LEAD) {
      const dialog = emulator.dialogs.get(userIdOf(lead));
      if (dialog === undefined) throw new Error('LiveTex has no such dialog');
      return dialog;
    },
    async settle() {
      // Each side may give the other something to do; three rounds without a webhook or request in between are rest.
      for (let quiet = 0, seen = ''; quiet < 2;) {
        await emulator.webhooks.idle();
        await started.plugin.idle();
        const now = `${emulator.requests.count()} ${emulator.webhooks.deliveries().length} ${started.calls.length}`;
        quiet = now === seen && emulator.webhooks.pending() === 0 ? quiet + 1 : 0;
        seen = now;
      }
    },
    async toWaiting(lead = LEAD) {
      await started.leadSays(lead, 'Позовите оператора');
      // LiveTex asks for a group at each stored message: let that pass, or it may arrive behind the selection.
      await desk.settle();
      await started.askForOperator(lead);
      await desk.settle();
    },
    async toOperator(lead = LEAD) {
      await desk.toWaiting(lead);
      emulator.dialogs.read(userIdOf(lead), desk.anna);
      await desk.settle();
    },
    async [Symbol.asyncDispose]() {
      await started.plugin.close();
      await server.close();
      await emulator.close();
    },
  };
  return desk;
}
