import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ScriptLogLine, ScriptUsage } from '../../../sandbox/contract.ts';
import type { EntryRecord } from '../../contract.ts';
import { usePage } from '../state/page-context.ts';
import { readValue } from '../state/send-command.ts';

/** What the server keeps of an entry; which fields there are depends on its kind. */
interface Detail {
  readonly cause?: string;
  readonly log?: readonly ScriptLogLine[];
  readonly usage?: ScriptUsage;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly request?: unknown;
  readonly response?: unknown;
  readonly event?: unknown;
  readonly text?: string;
  readonly error?: unknown;
  readonly message?: { readonly text?: string };
  readonly problems?: readonly string[];
}

/** An opened entry: bodies, logs, values. */
export function EntryDetail({ entry }: { readonly entry: EntryRecord }) {
  const { texts, openSource } = usePage();
  const words = texts.between.detail;
  const [detail, setDetail] = useState<Detail | null | undefined>(undefined);
  useEffect(() => {
    let shown = true;
    const read = async (): Promise<void> => {
      const value = await readValue<Detail | null>('entry', { id: String(entry.id) }).catch(() => undefined);
      if (shown) setDetail(value ?? null);
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
  const script = entry.facts.kind === 'script' ? entry.facts : undefined;
  const error = script?.error;
  const text = detail?.text ?? detail?.message?.text;
  return (
    <div class="entry-detail" ref={box}>
      {detail === null && <p class="quiet">{words.gone}</p>}
      {detail?.cause !== undefined && <Part title={words.why}>{detail.cause}</Part>}
      {error !== undefined && (
        <Part title={words.error}>
          <span class="problem">
            {error.code}: {error.message}
          </span>
          <SourceLink file={error.file} line={error.line} column={error.column} onOpen={openSource} />
        </Part>
      )}
      {script !== undefined && error === undefined && script.file !== undefined && (
        <Part title={texts.source.title}>
          <SourceLink file={script.file} line={null} column={null} onOpen={openSource} />
        </Part>
      )}
      {detail?.log !== undefined && (
        <Part title={words.log}>
          {detail.log.length === 0 ? (
            <span class="quiet">{words.noLog}</span>
          ) : (
            <pre class="log-lines">
              {detail.log.map((line, index) => (
                <span key={index} class={`log-line log-${line.level}`}>
                  {line.text}
                  {'\n'}
                </span>
              ))}
            </pre>
          )}
        </Part>
      )}
      {detail?.usage !== undefined && (
        <Part title={words.usage}>
          CPU {detail.usage.cpuMs.toFixed(1)} ms · {detail.usage.wallMs.toFixed(1)} ms · {words.hostCalls}{' '}
          {detail.usage.hostCalls}
        </Part>
      )}
      {detail?.attributes !== undefined && <JsonPart title={words.written} value={detail.attributes} />}
      {text !== undefined && <Part title={words.text}>{text}</Part>}
      {detail?.request !== undefined && <JsonPart title={words.request} value={detail.request} />}
      {detail?.response !== undefined && <JsonPart title={words.response} value={detail.response} />}
      {detail?.event !== undefined && <JsonPart title={words.event} value={detail.event} />}
      {typeof detail?.error === 'string' && <Part title={words.error}>{detail.error}</Part>}
      {detail?.problems !== undefined && detail.problems.length > 0 && (
        <Part title={words.problems}>
          <pre>{detail.problems.join('\n')}</pre>
        </Part>
      )}
    </div>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="part">
      <h4>{title}</h4>
      <div class="part-body">{children}</div>
    </div>
  );
}

function JsonPart({ title, value }: { readonly title: string; readonly value: unknown }) {
  return (
    <Part title={title}>
      <pre tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>
    </Part>
  );
}

function SourceLink(props: {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly onOpen: (file: string, line: number | null) => void;
}) {
  const place = [props.file, props.line, props.column].filter((part) => part !== null).join(':');
  return (
    <button type="button" class="plain source-link" onClick={() => props.onOpen(props.file, props.line)}>
      {place}
    </button>
  );
}
