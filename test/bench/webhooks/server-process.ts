/** A server that takes webhooks, in a process of its own. Arguments: `bare`, `stores` or `works`, and the number of leads. */
import { answerParent } from '../child.ts';
import { type ServerUnderTest, startBareServer } from './bare-server.ts';
import { startOurServer } from './our-server.ts';

const [kind, leads] = process.argv.slice(2);
const server: ServerUnderTest =
  kind === 'bare' ? await startBareServer() : await startOurServer({ leads: Number(leads), works: kind === 'works' });

answerParent(
  async () => server.url,
  () => server.close(),
);
