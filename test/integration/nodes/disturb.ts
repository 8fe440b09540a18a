import type { CutPoint } from '../../support/postgres-proxy.ts';
import { between } from '../../support/seeded-random.ts';
import type { NodesStand } from './nodes-stand.ts';

/** What was done to the nodes and their database. */
export interface Disturbances {
  nodesKilled: number;
  nodesDrained: number;
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
/** Of so many disturbances one kills the database server, one drains a node, and two kill one. */
const ROUND = 8;
/** The last node is added behind so many. */
const JOINS_AFTER = 3;

/** Disturbs at random moments, so many times; in the end everything runs again. */
export async function disturb(stand: NodesStand, times: number, random: () => number): Promise<Disturbances> {
  const done: Disturbances = { nodesKilled: 0, nodesDrained: 0, databaseKilled: 0, commitsCut: 0, connectionsCut: 0 };
  for (let count = 0; count < times; count += 1) {
    await pause(between(random, SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS));
    if (count === JOINS_AFTER) for (const node of stand.nodes) node.isWanted = true;
    const running = stand.nodes.filter(({ isWanted }) => isWanted);
    const node = running[between(random, 0, running.length - 1)];
    if (node === undefined) throw new Error('no node');
    if (count % ROUND === ROUND / 2) {
      await stand.database.kill();
      await stand.database.restart();
      done.databaseKilled += 1;
    } else if (count % ROUND === ROUND - 2) {
      // One that is just starting has nothing to drain.
      await node.server.listening();
      await node.server.drain();
      done.nodesDrained += 1;
    } else if (count % 2 === 0) {
      // It is started again at once, and back after a second or two: until then the others work without it.
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
