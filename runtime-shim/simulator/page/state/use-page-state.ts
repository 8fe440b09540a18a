import { useEffect, useState } from 'preact/hooks';
import { openStream } from './stream.ts';
import { type PageState, Store } from './store.ts';

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
