import type { NodesStand } from './nodes-stand.ts';

/** How often a supervisor looks whether a node that should run does, ms. */
const LOOK_EVERY_MS = 100;

/** Starts nodes that should be running and are not, as systemd or Compose does. Returns a function that ends it. */
export function supervise(stand: NodesStand): () => void {
  const look = (): void => {
    for (const { server, isWanted } of stand.nodes) {
      const life = server.lives.at(-1);
      if (isWanted && (life === undefined || life.goneAt !== undefined)) server.start();
    }
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
