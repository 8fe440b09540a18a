/** «Очередь»: what waits, what is stuck, what was given up. */
import { z } from 'zod';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { dropJobs, listOutbox, resendDead, retryJobs, settleDead } from '../../cli/maintenance/outbox.ts';
import { reasonOf } from '../../cli/maintenance/outbox-records.ts';
import type { Route } from '../../http/routes.ts';
import { consoleError } from '../console-errors.ts';
import { consoleRoute, type RoutePorts } from '../console-route.ts';
import type { QueueHistory } from '../queue-history.ts';
import { queueViewSchema } from '../records/queue-records.ts';

export interface QueueRoutesOptions {
  readonly storage: Storage;
  readonly history: QueueHistory;
  readonly now: () => number;
}

export function queueRoutes(ports: RoutePorts, { storage, history, now }: QueueRoutesOptions): Route[] {
  const countSchema = z.object({ done: z.int() });
  return [
    consoleRoute(ports, {
      method: 'GET',
      path: '/queue',
      role: 'viewer',
      summary: 'The queues and how they were, what is stuck and what was given up',
      answer: queueViewSchema,
      async act({ person }) {
        const { queues, entries, more } = await listOutbox(storage);
        const stats = new Map((await storage.stats()).map((one) => [one.queue, one]));
        return {
          queues: queues.map((queue) => {
            const now = stats.get(queue.queue);
            return { ...queue, history: now === undefined ? [] : history.of(queue.queue, now) };
          }),
          entries: entries.map((entry) => ({
            ...entry,
            reason: reasonOf(entry.error),
            ...(person.role === 'admin' ? {} : { text: '', error: reasonOf(entry.error) }),
          })),
          more,
        };
      },
    }),
    consoleRoute(ports, {
      method: 'POST',
      path: '/queue/jobs/{id}',
      role: 'admin',
      summary: 'Sends a message again that was given up, tries a waiting one at once, or forgets one',
      params: z.object({ id: z.string().regex(/^\d{1,15}$/) }),
      body: z.strictObject({ do: z.enum(['resend', 'retry', 'drop']) }),
      answer: countSchema,
      async act({ params: { id = '' }, body, note }) {
        const job = Number(id);
        const acts = {
          resend: () => resendDead(storage, job),
          retry: () => retryJobs(storage, job, now()),
          drop: () => dropJobs(storage, job),
        };
        const done = await acts[body.do]();
        if (done === 0) throw consoleError('console_nothing_there', undefined);
        await note(`job_${body.do}`, { job });
        return { done };
      },
    }),
    consoleRoute(ports, {
      method: 'POST',
      path: '/queue/dead',
      role: 'admin',
      summary: 'Sends again, or forgets, all messages that were given up for one reason',
      body: z.strictObject({ do: z.enum(['resend', 'drop']), reason: z.string().max(200) }),
      answer: countSchema,
      async act({ body, note }) {
        const done = await settleDead(storage, body.do, body.reason);
        await note(`dead_${body.do}`, { reason: reasonOf(body.reason), count: done });
        return { done };
      },
    }),
    consoleRoute(ports, {
      method: 'POST',
      path: '/queue/retry',
      role: 'admin',
      summary: 'Tries at once what is stuck and what is held back',
      answer: countSchema,
      async act({ note }) {
        const done = await retryJobs(storage, 'all', now());
        await note('queue_retried', { count: done });
        return { done };
      },
    }),
  ];
}
