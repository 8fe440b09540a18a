import type { Change, StreamBatch } from '../../contract.ts';
import type { Store } from './store.ts';

/** Changes wait for the next frame, so that a burst is drawn once; a hidden page has no frames and takes this instead. */
const HIDDEN_FRAME_MS = 200;

/**
 * Keeps the store in step with the server. The browser reconnects by itself and says what it had last; the server then
 * sends what is missing, or everything.
 */
export function openStream(store: Store, onConnection: (connected: boolean) => void): () => void {
  const source = new EventSource('/simulator/stream');
  let waiting: Change[] = [];
  let scheduled = false;

  const flush = (): void => {
    scheduled = false;
    const changes = waiting;
    waiting = [];
    if (changes.length > 0) store.apply(changes);
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    if (document.hidden) setTimeout(flush, HIDDEN_FRAME_MS);
    else requestAnimationFrame(flush);
  };
  const batchOf = (event: MessageEvent<string>): StreamBatch => JSON.parse(event.data) as StreamBatch;

  source.addEventListener('snapshot', (event: MessageEvent<string>) => {
    waiting = [];
    store.reset(batchOf(event).changes);
    onConnection(true);
  });
  source.addEventListener('changes', (event: MessageEvent<string>) => {
    waiting.push(...batchOf(event).changes);
    schedule();
  });
  source.addEventListener('open', () => onConnection(true));
  source.addEventListener('error', () => {
    onConnection(false);
  });
  return () => source.close();
}
