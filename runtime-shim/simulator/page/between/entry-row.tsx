import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { EntryKind, EntryRecord, MessageRecord } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { readValue } from '../state/send-command.ts';
import { timeText } from '../../../page/parts/language.ts';
import { Icon } from '../../../page/parts/pictures.tsx';
import { entryText } from './entry-text.ts';
import { foldedNames } from './fold-rows.ts';
import { groupOf, iconOf } from './groups.ts';
import { JsonPart, Part, type ScriptDetail, ScriptParts } from './script-parts.tsx';

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

/** What the server keeps of an entry; which fields there are depends on its kind. */
interface Detail extends ScriptDetail {
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly request?: unknown;
  readonly response?: unknown;
  readonly event?: unknown;
  readonly text?: string;
  readonly error?: string;
  readonly message?: Pick<MessageRecord, 'text' | 'buttons' | 'attachments'>;
  readonly problems?: readonly string[];
}

/** An opened entry: bodies, logs, values. */
function EntryDetail({ entry }: { readonly entry: EntryRecord }) {
  const { texts } = usePage();
  const words = texts.between.detail;
  // Not read yet, none there, or gone.
  const [detail, setDetail] = useState<Detail | 'nothing' | 'gone' | undefined>(undefined);
  useEffect(() => {
    let shown = true;
    const read = async (): Promise<void> => {
      const value = await readValue<Detail | null>('entry', { id: String(entry.id) }).catch(() => undefined);
      if (shown) setDetail(value === undefined ? 'gone' : (value ?? 'nothing'));
    };
    void read();
    return () => {
      shown = false;
    };
  }, [entry.id]);

  // Opened at the lower edge, it would unfold out of sight.
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current?.scrollIntoView({ block: 'nearest' }), [detail]);

  if (detail === undefined) return <div class="entry-detail" aria-busy="true" />;
  const { facts } = entry;
  const known: Detail = typeof detail === 'string' ? {} : detail;
  const text = known.text ?? known.message?.text;
  const items = known.message?.buttons?.flat().map((item) => `${item.callback_data} ${item.text}`) ?? [];
  const files = known.message?.attachments?.map((file) => [file.name, file.url].filter(Boolean).join(': ')) ?? [];
  return (
    <div class="entry-detail" ref={box}>
      {facts.kind === 'script' && <ScriptParts at={entry.at} facts={facts} detail={known} />}
      {known.attributes !== undefined && <JsonPart title={words.written} value={known.attributes} />}
      {text !== undefined && <Part title={words.text}>{text}</Part>}
      {items.length > 0 && <Part title={words.menu}>{items.join('\n')}</Part>}
      {files.length > 0 && <Part title={words.files}>{files.join('\n')}</Part>}
      {known.request !== undefined && <JsonPart title={words.request} value={known.request} />}
      {known.response !== undefined && <JsonPart title={words.response} value={known.response} />}
      {known.event !== undefined && <JsonPart title={words.event} value={known.event} />}
      {known.error !== undefined && <Part title={words.error}>{known.error}</Part>}
      {known.problems !== undefined && known.problems.length > 0 && (
        <Part title={words.problems}>
          <pre>{known.problems.join('\n')}</pre>
        </Part>
      )}
      {typeof detail === 'string' && <p class="quiet">{words[detail]}</p>}
    </div>
  );
}
