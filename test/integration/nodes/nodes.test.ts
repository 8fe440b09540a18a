/** Three `serve` nodes on one database, added, drained and killed; the database killed, connections and commits cut; leads and operators go on. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkStorage } from '../../../plugin/storage/transfer/check-storage.ts';
import { type BuiltPackage, copyPackage } from '../../support/built-package.ts';
import { seededRandom, seedFrom } from '../../support/seeded-random.ts';
import { checkStand, metricsOf } from '../kill/check-stand.ts';
import { LeadClient } from '../kill/lead-client.ts';
import { type Character, LeadStory } from '../kill/lead-story.ts';
import type { MortalServer } from '../kill/mortal-server.ts';
import { disturb } from './disturb.ts';
import { type NodesStand, prepareNodesStand } from './nodes-stand.ts';
import { rollOut } from './roll-out.ts';
import { supervise } from './supervise.ts';

/**
 * Bounded here. The full run: NODES_LEADS=500 NODES_DISTURBANCES=300 vitest run test/integration/nodes
 * A failure again: NODES_SEED=… as the test printed it. Behind the reverse proxy of `deploy/`: NODES_CADDY=/usr/bin/caddy
 */
const SEED = seedFrom('NODES_SEED');
const LEADS = Number(process.env['NODES_LEADS'] ?? 40);
const DISTURBANCES = Number(process.env['NODES_DISTURBANCES'] ?? 18);
const CADDY = process.env['NODES_CADDY'];
const NODES = 3;
/** A proxy whose node died, and a node whose database was away for longer than it waits, say so. */
const LATER = [502, 503, 504];
/** Requests in flight per binding by default, on all nodes together: more cannot be doubled by one kill. */
const MAX_IN_FLIGHT = 8;
/** Bounds a hang only. */
const TIMEOUT_MS = 1_800_000;
const CHARACTERS: readonly Character[] = ['cycles', 'talks', 'hasty', 'stays'];

let built: BuiltPackage;

beforeAll(async () => {
  built = await copyPackage();
});
afterAll(async () => {
  await built.remove();
});

test(
  `three nodes, ${LEADS} leads, ${DISTURBANCES} disturbances (NODES_SEED=${SEED})`,
  { timeout: TIMEOUT_MS },
  async () => {
    const stand = await prepareNodesStand(built.launcher, NODES, { caddy: CADDY });
    // One joins later (`disturb`).
    const first = stand.nodes.slice(0, -1);
    for (const node of first) node.isWanted = true;
    const endSupervision = supervise(stand);
    try {
      await Promise.all(first.map(({ server }) => server.listening()));
      let isEnding = false;
      const stories = Array.from({ length: LEADS }, (_, lead) => storyOf(stand, lead, () => isEnding));
      const listening = stories.map(({ client }) => client.listen());
      const living = Promise.all(stories.map((story) => story.live()));
      const disturbing = disturb(stand, DISTURBANCES, seededRandom(SEED));
      await Promise.race([disturbing, living]);
      const done = await disturbing;
      isEnding = true;
      await living;
      await untilQuiet(stand);
      endSupervision();

      const { problems, figures } = await checkStand(
        { ...stand, folder: '', config: '', server: asOneServer(stand) },
        stories,
      );
      // The figures are part of what the test tells: how many messages a kill doubled cannot be known before.
      process.stdout.write(`nodes test, NODES_SEED=${SEED}: ${JSON.stringify({ ...done, ...figures })}\n`);
      // Which of several lives that ended at about the same time doubled a message cannot be told: their sum is bounded.
      expect(problems.filter((problem) => !problem.includes('its death doubled'))).toEqual([]);
      expect(figures.duplicates).toBeLessThanOrEqual(done.nodesKilled * MAX_IN_FLIGHT);
      expect((await checkStorage(stand.storage)).findings).toEqual([]);
      expect(done.nodesKilled).toBeGreaterThan(3);
      expect(done.nodesDrained).toBeGreaterThan(0);
      expect(done.databaseKilled).toBeGreaterThan(0);
      expect(done.commitsCut).toBeGreaterThan(0);
      for (const { client } of stories) client.leave();
      await Promise.all(listening);
    } finally {
      endSupervision();
      await stand.close();
    }
  },
);

test(
  'rolling restarts add a tenant, take it away and add it again, another one hangs, and a clock is a day ahead: nothing is lost, nobody else notices',
  { timeout: TIMEOUT_MS },
  async () => {
    const found = await rollOut(built.launcher);
    expect(found.problems).toEqual([]);
    expect(found.leads).toEqual(found.wanted);
  },
);

function storyOf(stand: NodesStand, lead: number, isEnding: () => boolean): LeadStory {
  const name = String(lead + 1);
  const client = new LeadClient({
    server: asOneServer(stand),
    dispatcher: stand.dispatcher,
    channel: 'chat',
    externalId: name,
    knocks: true,
    later: LATER,
    onLine: () => undefined,
  });
  const character = CHARACTERS[lead % CHARACTERS.length] ?? 'talks';
  return new LeadStory({ name, character, client, random: seededRandom(SEED + lead + 1), isEnding });
}

/** All nodes as the kill test's checks see a server. */
function asOneServer({ url, nodes }: NodesStand): MortalServer {
  const lives = nodes.flatMap(({ server }) => server.lives).map((life, index) => ({ ...life, number: index + 1 }));
  const complaints = nodes.flatMap(({ server }) => server.complaints).filter((line) => !isAboutDatabase(line));
  const listening = async (): Promise<void> => {
    await Promise.any(nodes.map(({ server }) => server.listening()));
  };
  return { url, lives, complaints, listening } as unknown as MortalServer;
}

/** The database was killed: nodes log what failed, and one that starts meanwhile ends with a message, to be started again. */
function isAboutDatabase(line: string): boolean {
  if (/^life \d+ ended by itself: 1\n/.test(line)) return line.includes('metabot-livetex: the database ');
  return /^life \d+: (\{.*(storage|database)|metabot-livetex: the database )/.test(line);
}

/** Resolves when no event is on its way and no queue holds a job. */
async function untilQuiet({ url, dispatcher, liveTex }: NodesStand): Promise<void> {
  for (let wait = 20, quiet = 0; quiet < 2; wait = Math.min(2 * wait, 500)) {
    await liveTex.emulator.webhooks.idle();
    const metrics = await metricsOf(url, dispatcher).catch(() => undefined);
    const jobs = [...(metrics ?? [['_jobs', 1] as const])].filter(([name]) => /_jobs(\{|$)/.test(name));
    const isQuiet = jobs.every(([, value]) => value === 0) && (await liveTex.emulator.webhooks.pending()) === 0;
    quiet = isQuiet ? quiet + 1 : 0;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, wait);
    });
  }
}
