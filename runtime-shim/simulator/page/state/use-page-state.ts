import { useEffect, useState } from 'preact/hooks';
import type { Change, StreamBatch } from '../../records.ts';
import { type PageState, Store } from './store.ts';

/** Changes wait for the next frame, so that a burst is drawn once; a hidden page has no frames and takes this instead. */
const HIDDEN_FRAME_MS = 200;
/** How soon to ask anew where the browser does not. */
const AGAIN_AFTER_MS = 1_000;

/**
 * Keeps the store in step with the server. The browser reconnects by itself and says what it had last; the server then
 * sends what is missing, or everything.
 */
function openStream(store: Store, onConnection: (connected: boolean) => void): () => void {
  let source: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
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
  const open = (): void => {
    source = new EventSource('/simulator/stream');
    source.addEventListener('snapshot', (event: MessageEvent<string>) => {
      waiting = [];
      store.reset(batchOf(event).changes);
    });
    source.addEventListener('changes', (event: MessageEvent<string>) => {
      waiting.push(...batchOf(event).changes);
      schedule();
    });
    source.addEventListener('open', () => onConnection(true));
    source.addEventListener('error', () => {
      onConnection(false);
      // After an answer that is no stream the browser gives up; we do not.
      if (source.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_AFTER_MS);
    });
  };
  open();
  return () => {
    clearTimeout(again);
    source.close();
  };
}

/** The state of everything, live, and whether the server is reachable. */
export function usePageState(): { readonly state: PageState; readonly connected: boolean } {
  const [store] = useState(() => new Store());
  const [state, setState] = useState<PageState>(store.state);
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    const unsubscribe = store.subscribe(() => setState(store.state));
    const close = openStream(store, setConnected);
    return () => {
      close();
      unsubscribe();
    };
  }, [store]);
  return { state, connected };
}
