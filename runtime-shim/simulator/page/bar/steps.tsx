import { usePage } from '../state/page-context.ts';
import type { PageState } from '../state/store.ts';
import { Icon } from '../ui/pictures.tsx';
import { stepsDone } from './steps-done.ts';

/** The first minute, in four steps that tick themselves off. */
export function Steps({ state, onHide }: { readonly state: PageState; readonly onHide: () => void }) {
  const { texts } = usePage();
  const done = stepsDone(state);
  const steps = [texts.steps.say, texts.steps.menu, texts.steps.desk, texts.steps.close];
  const next = done.indexOf(false);
  return (
    <nav class="steps" aria-label={texts.steps.title}>
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
      <button type="button" class="icon-button" aria-label={texts.steps.hide} title={texts.steps.hide} onClick={onHide}>
        <Icon name="close" />
      </button>
    </nav>
  );
}
