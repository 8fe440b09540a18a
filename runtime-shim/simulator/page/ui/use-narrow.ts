import { useEffect, useState } from 'preact/hooks';

/** Narrower than this there is room for one column only; `columns.css` has the same number. */
const NARROW = '(max-width: 979px)';

export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const change = (): void => setNarrow(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, []);
  return narrow;
}
