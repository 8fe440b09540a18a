import { useState } from 'preact/hooks';
import type { EntryKind, EntryRecord } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { timeText } from '../texts/language.ts';
import { Icon } from '../ui/pictures.tsx';
import { EntryDetail } from './entry-detail.tsx';
import { entryText } from './entry-text.ts';
import { foldedNames } from './fold-rows.ts';
import { groupOf, iconOf } from './groups.ts';

/** What their line says stands in full below it when they are open. */
const REPEATED: ReadonlySet<EntryKind> = new Set([
  'script',
  'attributes',
  'lead_message',
  'message',
  'suppressed',
  'author_log',
  'bot_reloaded',
]);

interface Props {
  readonly entry: EntryRecord;
  /** Whose it is, when that is not the lead that the page is about. */
  readonly leadName: string | undefined;
  /** It belongs to the chain that the person looks at. */
  readonly linked: boolean;
  /** It does not, while a chain is looked at. */
  readonly dimmed: boolean;
  readonly depth: number;
  /** Tab leads here; the arrow keys lead on. */
  readonly tabStop: boolean;
  readonly onFocus: () => void;
  readonly onOpen: () => void;
}

/** One line of the timeline; pressed, it shows its detail and everything connected with it. */
export function EntryRow({ entry, leadName, linked, dimmed, depth, tabStop, onFocus, onOpen }: Props) {
  const { texts, language } = usePage();
  const [open, setOpen] = useState(false);
  const { title, about } = entryText(entry, texts, language);
  const classes = [
    'entry',
    `group-${groupOf(entry.facts.kind)}`,
    `level-${entry.level}`,
    `depth-${depth}`,
    entry.chain === entry.id && 'root',
    linked && 'linked',
    dimmed && 'dimmed',
    open && 'open',
  ];
  return (
    <div class={classes.filter(Boolean).join(' ')}>
      <button
        type="button"
        class="entry-line"
        aria-expanded={open}
        tabIndex={tabStop ? 0 : -1}
        onFocus={onFocus}
        onClick={() => {
          setOpen(!open);
          if (!open) onOpen();
        }}
      >
        <span class="entry-icon">
          <Icon name={entry.level === 'error' ? 'warn' : iconOf(entry.facts)} />
        </span>
        <span class="entry-text">
          <span class="entry-title">{title}</span>
          {about !== '' && !(open && REPEATED.has(entry.facts.kind)) && <span class="entry-about">{about}</span>}
        </span>
        <span class="entry-side">
          <time>{timeText(entry.at, language, true)}</time>
          {leadName !== undefined && <span class="entry-lead">{leadName}</span>}
        </span>
      </button>
      {open && <EntryDetail entry={entry} />}
    </div>
  );
}

interface FoldProps extends Pick<Props, 'linked' | 'dimmed' | 'tabStop' | 'onFocus'> {
  readonly entries: readonly EntryRecord[];
  readonly open: boolean;
  readonly onToggle: () => void;
}

/** What went over the wire between two events, in one line until it is asked for. */
export function FoldRow({ entries, open, linked, dimmed, tabStop, onFocus, onToggle }: FoldProps) {
  const { texts } = usePage();
  const classes = ['entry', 'fold', linked && 'linked', dimmed && 'dimmed', open && 'open'];
  return (
    <div class={classes.filter(Boolean).join(' ')}>
      <button
        type="button"
        class="entry-line"
        aria-expanded={open}
        tabIndex={tabStop ? 0 : -1}
        onFocus={onFocus}
        onClick={onToggle}
      >
        <span class="entry-icon">
          <Icon name="wire" />
        </span>
        <span class="entry-text">
          <span class="entry-title">{texts.between.wire}</span>
          <span class="entry-about">{foldedNames(entries)}</span>
        </span>
        <span class="entry-side">
          <span class="count">{entries.length}</span>
        </span>
      </button>
    </div>
  );
}
