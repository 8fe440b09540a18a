import { Icon } from '../../../page/parts/pictures.tsx';
import type { DialogRow } from '../../records/dialog-records.ts';
import { useConsole } from '../state/console-context.ts';

const MODE_BADGES = {
  bot: ['', 'bot'],
  transferring: ['warn', 'switch'],
  waiting: ['warn', 'bell'],
  operator: ['good', 'desk'],
} as const;

/** Who has a dialog, as a word and a picture. */
export function ModeBadge({ mode }: { readonly mode: DialogRow['mode'] }) {
  const { texts } = useConsole();
  const [kind, icon] = MODE_BADGES[mode];
  return (
    <span class={`badge ${kind}`}>
      <Icon name={icon} />
      {texts.dialogs.modes[mode]}
    </span>
  );
}
