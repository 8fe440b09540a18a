import { DEMONSTRATION_PREFIX } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import type { PageState } from '../state/store.ts';
import { Icon } from '../ui/pictures.tsx';

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

/**
 * Which of the four first steps were taken: said something, was transferred, was read at the desk, was closed there. The
 * dialog that `simulate` plays by itself counts for none of them.
 */
export function stepsDone(
  state: Pick<PageState, 'leads' | 'messages' | 'conversations' | 'entries'>,
): readonly [boolean, boolean, boolean, boolean] {
  const own = state.leads.filter((lead) => !lead.externalId.startsWith(DEMONSTRATION_PREFIX));
  const said = own.some(({ userId }) => state.messages.get(userId)?.some(({ from }) => from === 'lead'));
  const ids = new Set(own.map(({ userId }) => userId));
  // Operators see a dialog from the transfer on. One that was closed since is kept by LiveTex again, so the change of mode counts, too.
  const transferred =
    state.conversations.some((one) => ids.has(one.userId) && one.state !== 'stored') ||
    state.entries.some(({ facts, userId = '' }) => facts.kind === 'mode' && facts.to === 'waiting' && ids.has(userId));
  const acted = (actions: readonly string[]): boolean =>
    state.entries.some(({ facts }) => facts.kind === 'operator' && actions.includes(facts.action));
  return [said, transferred, acted(['read', 'reply', 'file', 'close']), acted(['close'])];
}
