import type { EmulatedRequest } from '../../../runtime-shim/emulator/contract.ts';
import type { Life } from './mortal-server.ts';

/**
 * A request that a killed process had sent may take effect a little after its death, ms: it waits in the socket. The next
 * life hardly sends any so early: a start takes about as long.
 */
const IN_THE_SOCKET_MS = 500;

export interface MirrorCheck {
  readonly problems: string[];
  /** Messages that LiveTex has twice, each in flight at a kill: by the number of the life that was killed. */
  readonly duplicates: number[];
}

/** Has LiveTex each text once and in order, but for those that were in flight when the server was killed? */
export function checkMirror(
  name: string,
  wanted: readonly string[],
  requests: readonly EmulatedRequest[],
  lives: readonly Life[],
): MirrorCheck {
  const problems: string[] = [];
  const duplicates: number[] = [];
  let at = 0;
  let before: EmulatedRequest | undefined;
  for (const request of requests) {
    const text = textOf(request);
    if (text === wanted[at]) {
      at += 1;
    } else if (before !== undefined && text === textOf(before)) {
      const life = lifeKilledBetween(lives, before.at, request.at);
      if (life === undefined) problems.push(`lead ${name}: LiveTex has "${text}" twice, and no kill lies between`);
      else duplicates.push(life.number);
    } else {
      problems.push(`lead ${name}: LiveTex got "${text}" instead of "${wanted[at]}"`);
      return { problems, duplicates };
    }
    before = request;
  }
  if (at < wanted.length) problems.push(`lead ${name}: LiveTex lacks ${wanted.length - at} from "${wanted[at]}" on`);
  return { problems, duplicates };
}

/** The latest life during which the first request may have been sent and whose end came before the second one. */
function lifeKilledBetween(lives: readonly Life[], first: number, second: number): Life | undefined {
  return lives.findLast(
    ({ bornAt, killedAt, goneAt }) =>
      killedAt !== undefined &&
      goneAt !== undefined &&
      bornAt <= first &&
      first <= goneAt + IN_THE_SOCKET_MS &&
      killedAt <= second,
  );
}

function textOf(request: EmulatedRequest): string {
  return (request.body as { text: string }).text;
}
