import { Icon } from '../../../page/parts/pictures.tsx';
import type { CheckView } from '../../records/binding-records.ts';
import { useConsole } from '../state/console-context.ts';

/** What «Проверить» found, each line with what to do. */
export function Checks({
  checks,
  asking,
  names,
}: {
  readonly checks: readonly CheckView[] | 'asking' | null;
  /** Said while it is asked. */
  readonly asking: string;
  /** Their names for people; of others the code is shown. */
  readonly names: Readonly<Record<string, string>>;
}) {
  const { texts, language } = useConsole();
  const words = texts.channels;
  return (
    <div aria-live="polite">
      {checks === 'asking' && <p class="quiet">{asking}</p>}
      {Array.isArray(checks) && (
        <ul class="checks">
          {checks.map(({ name, ok, problem, advice, ru }) => (
            <li key={name} class={ok ? 'good' : 'bad'}>
              <Icon name={ok ? 'check' : 'warn'} />
              <div>
                <strong>{names[name] ?? name}</strong>
                {ok && <span class="visually-hidden">: {words.works}</span>}
                {!ok && <p>{language === 'ru' ? (ru?.problem ?? problem) : problem}</p>}
                {!ok && <p class="quiet">{language === 'ru' ? (ru?.advice ?? advice) : advice}</p>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
