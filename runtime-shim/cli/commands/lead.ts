import { joined, type Text } from '../../../plugin/contract/text.ts';
import type { LeadForgotten } from '../../runtime/contract.ts';
import { type CommandWork, EXIT_DONE } from '../command.ts';
import { cliError } from '../errors.ts';
import { MAINTENANCE_TEXTS } from '../maintenance/maintenance-texts.ts';
import type { LeadLine, LeadLines, Maintenance } from '../maintenance/maintenance.ts';
import { openMaintenance } from '../maintenance/open-maintenance.ts';
import { printableField, printableJson } from '../terminal.ts';

/** `lead export|forget`: what is kept of one lead. */
export const lead: CommandWork = async ({ terminal, arguments: { positionals, values }, language, json, cwd, env }) => {
  const [action, channel = '', externalId = ''] = positionals;
  const nobody = () => cliError('cli_not_found', { what: MAINTENANCE_TEXTS.lead(externalId, channel) });
  const maintenance = await openMaintenance(values['config'] ?? '', cwd, env, values['bot']);
  try {
    if (action === 'export') {
      const data = await maintenance.leadData(channel, externalId);
      if (data === undefined) throw nobody();
      const messages = await allLines(maintenance, channel, externalId, 'messages');
      const authorLog = await allLines(maintenance, channel, externalId, 'authorLog');
      terminal.out(printableJson({ ...data, messages, authorLog }));
      return EXIT_DONE;
    }
    const forgotten = await maintenance.forget(channel, externalId);
    if (forgotten === undefined) throw nobody();
    if (forgotten.underWay) throw cliError('cli_lead_busy', { channel, externalId });
    const { removed, atLiveTex } = forgotten;
    terminal.out(
      json ? printableJson({ ok: true, removed, atLiveTex }) : forgottenText(channel, externalId, forgotten)[language],
    );
    return EXIT_DONE;
  } finally {
    await maintenance.close();
  }
};

async function allLines(
  maintenance: Maintenance,
  channel: string,
  externalId: string,
  of: LeadLines,
): Promise<LeadLine[]> {
  const lines: LeadLine[] = [];
  for (;;) {
    const page = await maintenance.leadLines(channel, externalId, of, lines.at(-1)?.seq ?? 0);
    if (page.length === 0) return lines;
    lines.push(...page);
  }
}

function forgottenText(channel: string, externalId: string, { removed, atLiveTex }: LeadForgotten): Text {
  const keeps = atLiveTex.map(({ binding, userId }) =>
    MAINTENANCE_TEXTS.archive(printableField(binding), printableField(userId)),
  );
  const head = MAINTENANCE_TEXTS.forgotten(printableField(externalId), printableField(channel), removed);
  return joined([head, ...keeps, MAINTENANCE_TEXTS.notTouched], '\n');
}
