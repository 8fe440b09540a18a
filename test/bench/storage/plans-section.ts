import { Client } from 'pg';
import { clientConfig, parseTarget } from '../../../plugin/storage/postgres/target.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { HOT_STATEMENTS } from '../../support/plans/hot-statements.ts';
import { fillLargeSchema } from '../../support/plans/large-schema.ts';
import { faultsOf, type TableRead, watchPlans } from '../../support/plans/watch-plans.ts';
import { startPostgres } from '../../support/postgres.ts';
import type { Section } from '../section.ts';

const SIZES = [1_000, 1_000_000] as const;
const QUICK_SIZES = [1_000, 2_000] as const;

/** What each hot statement reads on PostgreSQL, as the server did it, with a thousand and with a million leads. */
export const plansSection: Section = {
  name: 'plans',
  async run({ progress, quick }) {
    const sizes = quick ? QUICK_SIZES : SIZES;
    const server = await startPostgres({ fsync: 'off', shared_buffers: '512MB', max_wal_size: '4GB' });
    try {
      const reads: TableRead[][][] = [];
      const faults: string[] = [];
      for (const leads of sizes) {
        progress(`   ${leads.toLocaleString('en-US')} leads`);
        const of = await readsWith(`${server.url}?schema=leads_${leads}`, leads);
        reads.push(of);
        for (const [place, sent] of HOT_STATEMENTS.entries()) faults.push(...faultsOf(sent, of[place] ?? []));
      }
      return [
        {
          title: 'PostgreSQL: rows that each hot statement reads, and by which indexes',
          columns: ['', 'indexes', ...sizes.map((leads) => `${leads.toLocaleString('en-US')} leads`)],
          rows: HOT_STATEMENTS.map(({ statement }, place) => [
            statement.name ?? '',
            indexesOf(reads.at(-1)?.[place] ?? []),
            ...reads.map((all) => (all[place] ?? []).reduce((sum, { rows }) => sum + rows, 0)),
          ]),
          notes: [
            'Each lead has a record, a transcript, a remembered id, a lane with a waiting job, a timer and a dead letter. EXPLAIN ANALYZE of every statement, those inside functions too.',
            faults.length === 0
              ? 'None reads a table as a whole, none more rows than a batch has.'
              : `Not as wanted: ${faults.join('; ')}.`,
          ],
        },
      ];
    } finally {
      await server.stop();
    }
  },
};

/** The reads of each hot statement, in a schema of this size. */
async function readsWith(spec: string, leads: number): Promise<TableRead[][]> {
  await (await openStorage(spec, { clock: systemClock })).close();
  const client = new Client({ ...clientConfig(parseTarget(spec)), pipeline: false });
  await client.connect();
  try {
    await fillLargeSchema(client, leads);
    await client.query('VACUUM ANALYZE');
    const readsOf = await watchPlans(client);
    const all: TableRead[][] = [];
    for (const sent of HOT_STATEMENTS) all.push(await readsOf(sent));
    return all;
  } finally {
    await client.end();
  }
}

function indexesOf(reads: readonly TableRead[]): string {
  const names = new Set(reads.flatMap(({ how, index, table }) => index ?? (how === 'Seq Scan' ? `(${table})` : [])));
  return names.size === 0 ? '-' : [...names].toSorted().join(', ');
}
