import type { EmulatedRequest } from '../../../runtime-shim/emulator/emulator-contract.ts';
import type { Life } from './mortal-server.ts';

/**
 * A request that a killed process had sent waits in the socket until LiveTex reads it, also beyond the next life's start:
 * on a machine whose cores are all taken for some hundred ms as a rule. Not for so long, ms.
 */
const LONGEST_IN_THE_SOCKET_MS = 10_000;

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
      const life = killedSender(lives, before, request.at);
      if (life === undefined)
        problems.push(`lead ${name}: LiveTex has "${text}" twice, and who sent it first had not died`);
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

/**
 * Who may have sent the first of two requests and was killed before the second one. Of one server's lives it is the
 * latest that asks in the request's version, which is exact: the lives next to it ask in others.
 */
function killedSender(lives: readonly Life[], first: EmulatedRequest, second: number): Life | undefined {
  const senders = new Map<string, Life>();
  for (const life of lives) {
    if (life.apiVersion === first.version && life.bornAt <= first.at) senders.set(life.server, life);
  }
  return [...senders.values()].find(
    ({ killedAt, goneAt }) =>
      killedAt !== undefined &&
      goneAt !== undefined &&
      killedAt <= second &&
      first.at <= goneAt + LONGEST_IN_THE_SOCKET_MS,
  );
}

function textOf(request: EmulatedRequest): string {
  return (request.body as { text: string }).text;
}
