import { useEffect, useRef, useState } from 'preact/hooks';
import type { SourceFile } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { timeText } from '../../../page/parts/language.ts';
import { readValue } from '../state/send-command.ts';
import { Modal } from '../../../page/parts/modal.tsx';
import { editorLink } from '../../../page/parts/text-parts.ts';

interface Props {
  readonly file: string;
  readonly line: number | null;
  /** When what leads here happened, Unix ms: a file saved later may say something else at that line. */
  readonly since: number;
  readonly onClose: () => void;
}

/** A file of the bot folder, to be read: editing happens in the author's own editor. */
export function SourceView({ file, line, since, onClose }: Props) {
  const { texts, language } = usePage();
  const marked = useRef<HTMLSpanElement>(null);
  const [source, setSource] = useState<SourceFile | null | undefined>(undefined);
  useEffect(() => {
    let shown = true;
    const read = async (): Promise<void> => {
      const value = await readValue<SourceFile>('file', { path: file }).catch(() => undefined);
      if (shown) setSource(value ?? null);
    };
    void read();
    return () => {
      shown = false;
    };
  }, [file]);
  useEffect(() => marked.current?.scrollIntoView({ block: 'center' }), [source, line]);
  return (
    <Modal
      kind="source"
      label={`${texts.source.title} ${file}`}
      heading={file}
      beside={
        <>
          {line !== null && (
            <span class="quiet">
              {texts.source.line} {line}
            </span>
          )}
          {source != null && (
            <a class="push" href={editorLink(source.path, line)}>
              {texts.source.editor}
            </a>
          )}
        </>
      }
      onClose={onClose}
    >
      {source != null && source.changedAt > since && (
        <p class="hint-line" role="status">
          {texts.source.changed} {timeText(source.changedAt, language, true)}. {texts.source.changedHint}
        </p>
      )}
      {source === null && <p class="nothing">{texts.source.missing}</p>}
      {source != null && (
        <pre tabIndex={0}>
          {source.text.split('\n').map((text, index) => (
            <span
              key={index}
              class={index + 1 === line ? 'code-line marked' : 'code-line'}
              ref={index + 1 === line ? marked : null}
            >
              <span class="line-number" aria-hidden="true">
                {index + 1}
              </span>
              {text}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
    </Modal>
  );
}
