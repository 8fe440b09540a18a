/** «Отчёт»: the figures of transfers, and their records as CSV. */
import { z } from 'zod';
import type { TransferRange, TransferRecord } from '../../../plugin/contract/transfer-record.ts';
import { CSV_HEADER, csvLine } from '../../cli/maintenance/transfers-csv.ts';
import type { Route } from '../../http/routes.ts';
import { write } from '../../http/message-stream.ts';
import type { ConsolePlugin } from '../console-ports.ts';
import { consoleRoute, type RoutePorts } from '../console-route.ts';
import { reportSchema } from '../records/report-records.ts';

const DAY_MS = 24 * 3_600_000;
/** Our choice: a month is what a manager looks at. */
const DEFAULT_DAYS = 30;
/** Records read at one time. */
const PAGE = 500;

const moment = z.coerce.number().int().nonnegative().optional();
const rangeQuery = z.object({
  /** Unix ms: those asked for from then on and before `to`. Default: the last 30 days. */
  from: moment,
  to: moment,
  timeZone: z
    .string()
    .max(100)
    .refine((name) => name === '' || Intl.supportedValuesOf('timeZone').includes(name) || name === 'UTC')
    .optional(),
});

export function reportRoutes(ports: RoutePorts, plugin: () => ConsolePlugin, now: () => number): Route[] {
  const rangeOf = ({ from, to = now() }: z.infer<typeof rangeQuery>): TransferRange => ({
    from: from ?? to - DEFAULT_DAYS * DAY_MS,
    to,
  });
  return [
    consoleRoute(ports, {
      method: 'GET',
      path: '/report',
      role: 'viewer',
      summary: 'Figures of transfers: outcomes by day, waiting, hours of the week, groups and operators',
      query: rangeQuery,
      answer: reportSchema,
      act: async ({ query }) =>
        await plugin().report({
          ...rangeOf(query),
          ...(query.timeZone === undefined || query.timeZone === '' ? {} : { timeZone: query.timeZone }),
        }),
    }),
    consoleRoute(ports, {
      method: 'GET',
      path: '/report.csv',
      role: 'admin',
      summary: 'The transfers of a range as CSV (RFC 4180), leads among them',
      query: rangeQuery,
      answer: z.string(),
      async act({ query, response }) {
        const range = rangeOf(query);
        response.writeHead(200, {
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': 'attachment; filename="transfers.csv"',
        });
        await write(response, `${CSV_HEADER}\r\n`);
        for (let after: string | undefined; !response.destroyed;) {
          const page: readonly TransferRecord[] = await plugin().transfers({
            ...range,
            limit: PAGE,
            ...(after === undefined ? {} : { after }),
          });
          if (page.length > 0) await write(response, page.map((record) => `${csvLine(record)}\r\n`).join(''));
          after = page.at(-1)?.id;
          if (page.length < PAGE) break;
        }
        response.end();
        return undefined;
      },
    }),
  ];
}
