import type { ComponentChildren } from 'preact';
import { wordsFor } from '../../../../plugin/contract/text.ts';
import { scriptCauseText } from '../../../leads/script-cause-text.ts';
import type { ScriptLogLine, ScriptUsage } from '../../../sandbox/contract.ts';
import type { EntryFacts } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { scriptHint } from './entry-text.ts';

export interface ScriptDetail {
  readonly log?: readonly ScriptLogLine[];
  readonly usage?: ScriptUsage;
}

interface Props {
  readonly at: number;
  readonly facts: Extract<EntryFacts, { kind: 'script' }>;
  readonly detail: ScriptDetail;
}

/** A script run: why, what went wrong and where, what it printed, what it took. */
export function ScriptParts({ at, facts: { because, error, file }, detail: { log, usage } }: Props) {
  const { texts, language } = usePage();
  const words = texts.between.detail;
  const hint = error && scriptHint(error.code, texts);
  return (
    <>
      {error !== undefined && (
        <Part title={words.error}>
          <span class="problem">
            {error.code}: {wordsFor(language, error.message, error.ru)}
          </span>
          <SourceLink {...error} at={at} />
        </Part>
      )}
      {hint !== undefined && <Part title={words.hint}>{hint}</Part>}
      <Part title={words.why}>{scriptCauseText(because, texts.between.scriptCauses)}</Part>
      {error === undefined && file !== undefined && (
        <Part title={texts.source.title}>
          <SourceLink file={file} line={null} column={null} at={at} />
        </Part>
      )}
      {log !== undefined && (file !== undefined || log.length > 0) && (
        <Part title={words.log}>
          {log.length === 0 ? (
            <span class="quiet">{words.noLog}</span>
          ) : (
            <pre class="log-lines">
              {log.map((line, index) => (
                <span key={index} class={`log-line log-${line.level}`}>
                  {line.text}
                  {'\n'}
                </span>
              ))}
            </pre>
          )}
        </Part>
      )}
      {usage !== undefined && (
        <Part title={words.usage}>
          CPU {usage.cpuMs.toFixed(1)} {texts.ms} · {usage.wallMs.toFixed(1)} {texts.ms} · {words.hostCalls}{' '}
          {usage.hostCalls}
        </Part>
      )}
    </>
  );
}

function SourceLink(props: {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly at: number;
}) {
  const { openSource } = usePage();
  const place = [props.file, props.line, props.column].filter((part) => part !== null).join(':');
  return (
    <button
      type="button"
      class="plain source-link"
      onClick={() => openSource({ file: props.file, line: props.line, since: props.at })}
    >
      {place}
    </button>
  );
}

/** One titled part of an opened entry. */
export function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="part">
      <h3>{title}</h3>
      <div class="part-body">{children}</div>
    </div>
  );
}

/** A body as it went over the wire. */
export function JsonPart({ title, value }: { readonly title: string; readonly value: unknown }) {
  return (
    <Part title={title}>
      <pre tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>
    </Part>
  );
}
