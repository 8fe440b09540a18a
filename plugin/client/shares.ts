/** How the bindings share the requests that are under way at one time, so that one whose LiveTex hangs holds up no other. */

export interface Shares {
  /**
   * Calls `go` when the binding may send, at once or later. Called once, the answer gives the place back, or leaves the queue.
   */
  take(binding: string, go: () => void): () => void;
}

interface Place {
  readonly go: () => void;
  state: 'waits' | 'taken' | 'left';
}

interface Share {
  taken: number;
  readonly waiting: Place[];
}

/**
 * At most `most` requests at one time, but each binding always has one: whoever has none under way never waits for others.
 * What becomes free goes to the binding with the fewest.
 */
export function createShares(most: number): Shares {
  const shares = new Map<string, Share>();
  let taken = 0;

  function begin(share: Share, place: Place): void {
    place.state = 'taken';
    share.taken += 1;
    taken += 1;
    place.go();
  }

  /** The binding that waits with the fewest under way; of equals the one that came first. */
  function next(): Share | undefined {
    let found: Share | undefined;
    for (const share of shares.values()) {
      if (share.waiting.length > 0 && share.taken < (found?.taken ?? Infinity)) found = share;
    }
    return found !== undefined && (taken < most || found.taken === 0) ? found : undefined;
  }

  function fill(): void {
    for (let share = next(); share !== undefined; share = next()) {
      const place = share.waiting.shift();
      if (place !== undefined) begin(share, place);
    }
  }

  return {
    take(binding, go) {
      const share = shares.get(binding) ?? { taken: 0, waiting: [] };
      shares.set(binding, share);
      const place: Place = { go, state: 'waits' };
      if (taken < most || share.taken === 0) begin(share, place);
      else share.waiting.push(place);
      return () => {
        const was = place.state;
        if (was === 'left') return;
        place.state = 'left';
        if (was === 'waits') {
          share.waiting.splice(share.waiting.indexOf(place), 1);
        } else {
          share.taken -= 1;
          taken -= 1;
        }
        if (share.taken === 0 && share.waiting.length === 0) shares.delete(binding);
        if (was === 'taken') fill();
      };
    },
  };
}
