import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { EntryRecord, MessageRecord } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { readValue } from '../state/send-command.ts';
import { JsonPart, Part, type ScriptDetail, ScriptParts } from './script-parts.tsx';

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
export function EntryDetail({ entry }: { readonly entry: EntryRecord }) {
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
