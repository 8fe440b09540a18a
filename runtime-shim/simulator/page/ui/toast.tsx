import { useEffect } from 'preact/hooks';
import { usePage } from '../state/page-context.ts';
import { Icon } from './icon.tsx';

/** Long enough to read two lines, ms. */
const STAYS_MS = 8_000;

/** Says once that something was refused, and why. */
export function Toast({ text, onClose }: { readonly text: string; readonly onClose: () => void }) {
  const { texts } = usePage();
  useEffect(() => {
    const timer = setTimeout(onClose, STAYS_MS);
    return () => clearTimeout(timer);
  }, [text, onClose]);
  return (
    <div class="toast" role="alert">
      <Icon name="warn" />
      <span>{text}</span>
      <button type="button" class="icon-button" aria-label={texts.source.close} onClick={onClose}>
        <Icon name="close" />
      </button>
    </div>
  );
}
