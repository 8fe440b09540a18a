import { seededRandom } from '../../support/seeded-random.ts';
import { checkStand, type StandReport } from './check-stand.ts';
import { killAgainAndAgain } from './kill-again-and-again.ts';
import { LeadClient } from './lead-client.ts';
import { type Character, LeadStory } from './lead-story.ts';
import type { MortalServer } from './mortal-server.ts';
import { Pulse } from './pulse.ts';
import type { Stand } from './stand.ts';
import { untilQuiet } from './until-quiet.ts';

const CHARACTERS: readonly Character[] = ['cycles', 'hasty', 'cycles', 'talks', 'cycles', 'stays'];
/** Every so many leads one comes through a channel that knocks at a server that still starts. */
const KNOCKING = 5;

export interface StoriesOptions {
  readonly leads: number;
  readonly kills: number;
  readonly seed: number;
  /** Done when the last life runs, in which everything has to come to rest. */
  readonly atTheEnd?: (server: MortalServer) => Promise<void>;
}

/** Lets the leads live while the server is killed again and again, and checks everything when all has come to rest. */
export async function runStories(stand: Stand, { leads, kills, seed, atTheEnd }: StoriesOptions): Promise<StandReport> {
  let ending = false;
  const pulse = new Pulse();
  const failed = new AbortController();
  const stories = Array.from({ length: leads }, (_, index) =>
    storyOf(stand, index, { seed, pulse, isEnding: () => ending }),
  );
  const listening = stories.map(({ client }) => client.listen());
  const living = Promise.all(stories.map(async (story) => await story.live()));
  living.catch(() => failed.abort());
  try {
    await killAgainAndAgain({ server: stand.server, kills, random: seededRandom(seed), pulse, stop: failed.signal });
    ending = true;
    await atTheEnd?.(stand.server);
    await living;
    await untilQuiet(stand);
    return await checkStand(stand, stories);
  } finally {
    for (const { client } of stories) client.leave();
    await stand.server.kill();
    await Promise.all(listening);
  }
}

interface Circumstances {
  readonly seed: number;
  readonly pulse: Pulse;
  readonly isEnding: () => boolean;
}

function storyOf(stand: Stand, index: number, { seed, pulse, isEnding }: Circumstances): LeadStory {
  const name = String(index + 1);
  const { server, dispatcher } = stand;
  const knocks = index % KNOCKING === 0;
  return new LeadStory({
    name,
    character: CHARACTERS[index % CHARACTERS.length] ?? 'talks',
    client: new LeadClient({
      server,
      dispatcher,
      channel: 'chat',
      externalId: name,
      knocks,
      onLine: () => pulse.beat(),
    }),
    random: seededRandom(seed + index + 1),
    isEnding,
  });
}
