import type { CutPoint } from '../../support/postgres-proxy.ts';
import { between } from '../../support/seeded-random.ts';
import type { NodesStand } from './nodes-stand.ts';

/** What was done to the nodes and their database. */
export interface Disturbances {
  nodesKilled: number;
  databaseKilled: number;
  commitsCut: number;
  connectionsCut: number;
}

const CUT_POINTS: readonly CutPoint[] = ['before', 'after', 'during'];
/** Between two disturbances, ms. */
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_400;
/** Commits that are cut at one time. */
const MOST_CUTS = 4;
/** Of all disturbances: every so many kill the database server, and every so many a node. */
const DATABASE_EVERY = 8;

/** Disturbs at random moments, so many times; in the end everything runs again. */
export async function disturb(stand: NodesStand, times: number, random: () => number): Promise<Disturbances> {
  const done: Disturbances = { nodesKilled: 0, databaseKilled: 0, commitsCut: 0, connectionsCut: 0 };
  for (let count = 0; count < times; count += 1) {
    await pause(between(random, SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS));
    const node = stand.nodes[between(random, 0, stand.nodes.length - 1)];
    if (node === undefined) throw new Error('no node');
    if (count % DATABASE_EVERY === DATABASE_EVERY / 2) {
      await stand.database.kill();
      await stand.database.restart();
      done.databaseKilled += 1;
    } else if (count % 2 === 0) {
      // Down for a while or not at all, so that the others work without it or meet it when it comes back.
      await node.server.kill();
      done.nodesKilled += 1;
    } else if (count % 3 === 0) {
      node.proxy.cutAll();
      done.connectionsCut += 1;
    } else {
      node.proxy.cutCommits(CUT_POINTS[between(random, 0, 2)] ?? 'after', between(random, 1, MOST_CUTS));
    }
  }
  for (const { proxy } of stand.nodes) done.commitsCut += proxy.cuts;
  return done;
}

/** The random moment of a disturbance is the one thing here that is a time and no event. */
async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
}
