import { usePage } from '../state/page-context.ts';
import { type PageState, stepsDone } from '../state/store.ts';
import { Modal } from '../../../page/parts/modal.tsx';
import { Icon } from '../../../page/parts/pictures.tsx';

/** The first minute, in four steps that tick themselves off; after them, what one may try next. */
export function Steps({ state, onHide }: { readonly state: PageState; readonly onHide: () => void }) {
  const { texts } = usePage();
  const done = stepsDone(state);
  const steps = [texts.steps.say, texts.steps.transfer, texts.steps.desk, texts.steps.close];
  const next = done.indexOf(false);
  return (
    <nav class={next === -1 ? 'steps finished' : 'steps'} aria-label={texts.steps.title}>
      <div class="steps-body">
        <ol>
          {steps.map((text, index) => (
            <li
              key={text}
              class={done[index] === true ? 'done' : index === next ? 'next' : ''}
              {...(index === next ? { 'aria-current': 'step' as const } : {})}
            >
              <span class="step-number">{done[index] === true ? <Icon name="check" /> : index + 1}</span>
              <span class="step-text">{text}</span>
            </li>
          ))}
        </ol>
        {next === -1 && (
          <section aria-label={texts.steps.nextTitle}>
            <h2>{texts.steps.nextTitle}</h2>
            <ul class="next-steps">
              {texts.steps.next.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </section>
        )}
      </div>
      <button type="button" class="icon-button" aria-label={texts.steps.hide} title={texts.steps.hide} onClick={onHide}>
        <Icon name="close" />
      </button>
    </nav>
  );
}

interface Props {
  readonly onGuide: () => void;
  readonly onClose: () => void;
}

/** What the page is, how it is worked, and what to try: for whoever pressed `?`. */
export function Help({ onGuide, onClose }: Props) {
  const { texts } = usePage();
  const words = texts.help;
  return (
    <Modal kind="source help" label={words.title} heading={words.title} onClose={onClose}>
      <div class="help-body">
        {words.parts.map(({ title, lines }) => (
          <section key={title}>
            <h3>{title}</h3>
            <ul>
              {lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </section>
        ))}
        <section>
          <h3>{texts.steps.nextTitle}</h3>
          <ul>
            {texts.steps.next.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
        <button type="button" class="small" onClick={onGuide}>
          {words.guide}
        </button>
      </div>
    </Modal>
  );
}
