import { MAINTENANCE_TEXTS } from '../maintenance/maintenance-texts.ts';
import { type BindingConfig, webhookUrlOf } from '../../../plugin/contract/binding-config.ts';
import { codeOf, textOf } from '../../../plugin/contract/coded-error.ts';
import type { Text } from '../../../plugin/contract/text.ts';
import { createLiveTexClient } from '../../../plugin/client/index.ts';
import type { BindingClient } from '../../../plugin/client/contract.ts';
import { systemClock } from '../../../plugin/storage/index.ts';
import { type CommandContext, type CommandWork, EXIT_DONE, EXIT_FAILED } from '../command.ts';
import { loadConfig } from '../config/load-config.ts';
import { cliError } from '../errors.ts';
import { printableJson } from '../terminal.ts';
import { didYouMean } from '../../names.ts';

type Action = 'set' | 'show' | 'remove';

/** One binding's row of the report. */
interface Row {
  readonly binding: string;
  /** As configured; `null`: this binding asks for no webhook. */
  readonly expected: string | null;
  /** As LiveTex has it now; `null`: LiveTex could not be asked. */
  readonly registered: string | null;
  readonly ok: boolean;
  readonly error?: { readonly code: string; readonly text: Text };
}

/** `webhook set|show|remove`: registers the webhook through LiveTex's API, or takes it away, and reads it back. */
export const webhook: CommandWork = async (context) => {
  const { positionals, values } = context.arguments;
  const config = await loadConfig(values['config'] ?? '', context.cwd, context.env);
  const named = chosenBindings(config.livetex, values['binding']);
  const action = positionals[0] as Action;
  const bindings = action === 'set' ? withWebhook(named) : named;
  const client = createLiveTexClient({ clock: systemClock });
  try {
    const rows: Row[] = [];
    for (const binding of bindings) rows.push(await handle(binding, client.binding(binding), action, context.stop));
    report(rows, action, context);
    return rows.every(({ ok }) => ok) ? EXIT_DONE : EXIT_FAILED;
  } finally {
    await client.close();
  }
};

/** @throws cli_usage */
export function chosenBindings(bindings: readonly BindingConfig[], id: string | undefined): readonly BindingConfig[] {
  if (bindings.length === 0) throw cliError('cli_usage', { problems: [MAINTENANCE_TEXTS.noBinding] });
  if (id === undefined) return bindings;
  const found = bindings.filter((binding) => binding.id === id);
  if (found.length > 0) return found;
  const known = bindings.map((binding) => binding.id);
  throw cliError('cli_usage', {
    problems: [MAINTENANCE_TEXTS.unknownBinding(id, didYouMean(id, known), known.join(', '))],
  });
}

/** Those that ask for a webhook, as at the start of `serve`. @throws cli_binding_without_webhook when none does */
function withWebhook(bindings: readonly BindingConfig[]): readonly BindingConfig[] {
  const asking = bindings.filter((binding) => binding.webhook !== undefined);
  const [first] = bindings;
  if (asking.length === 0 && first !== undefined) throw cliError('cli_binding_without_webhook', { binding: first.id });
  return asking;
}

async function handle(
  binding: BindingConfig,
  client: BindingClient,
  action: Action,
  signal: AbortSignal,
): Promise<Row> {
  const expected = action === 'remove' ? '' : (webhookUrlOf(binding) ?? null);
  try {
    if (action === 'remove') await client.setWebhook({ url: '', webhook_key: '' }, signal);
    else if (action === 'set' && expected !== null && binding.webhook !== undefined) {
      await client.setWebhook({ url: expected, webhook_key: binding.webhook.key }, signal);
    }
    const { url } = await client.getWebhookSettings(signal);
    return { binding: binding.id, expected, registered: url, ok: expected === null || url === expected };
  } catch (error) {
    const failure = { code: codeOf(error) ?? 'internal', text: textOf(error) };
    return { binding: binding.id, expected, registered: null, ok: false, error: failure };
  }
}

function report(rows: readonly Row[], action: Action, { json, terminal, language }: CommandContext): void {
  if (json) {
    const bindings = rows.map(({ error, ...row }) =>
      error === undefined ? row : { ...row, error: { code: error.code, message: error.text.en } },
    );
    terminal.out(printableJson({ ok: rows.every(({ ok }) => ok), bindings }));
    return;
  }
  for (const { binding, expected, registered, ok, error } of rows) {
    if (error !== undefined) {
      terminal.err(`${binding}: ${error.text[language]} (${error.code})`);
      continue;
    }
    terminal.out(`${binding}: ${MAINTENANCE_TEXTS.postsTo(registered ?? '')[language]}`);
    if (ok && action === 'remove') terminal.err(`${binding}: ${MAINTENANCE_TEXTS.webhookRemoved[language]}`);
    if (ok) continue;
    const advice = action === 'remove' ? MAINTENANCE_TEXTS.webhookKept : MAINTENANCE_TEXTS.otherUrl(expected ?? '');
    terminal.err(`${binding}: ${advice[language]}`);
  }
}
