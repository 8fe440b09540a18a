/** A server that takes webhooks, in a process of its own. Arguments: `bare`, `least`, `stores` or `works`, and the number of leads. */
import { answerParent } from '../child.ts';
import { type ServerUnderTest, startBareServer, startLeastDurableServer } from './bare-server.ts';
import { startOurServer } from './our-server.ts';

const [kind, leads] = process.argv.slice(2);
const server = await start();

function start(): Promise<ServerUnderTest> {
  if (kind === 'bare') return startBareServer();
  if (kind === 'least') return startLeastDurableServer();
  return startOurServer({ leads: Number(leads), works: kind === 'works' });
}

answerParent(
  async (question: 'url' | 'rest') => {
    if (question === 'rest') await server.rest();
    return server.url;
  },
  () => server.close(),
);
