import { useConsole } from '../state/console-context.ts';

/** Other chat centers: an operator would get the same dialog twice. */
const CHAT_CENTERS = ['umnico', 'bitrix', 'jivo', 'webim'] as const;
/** Messengers of their own, which may be joined. */
const DIRECT = ['telegram', 'widget', 'viber', 'vk'] as const;

interface Props {
  /** The codes that are ticked, one a line. */
  readonly value: string;
  /** Further channels of this server. */
  readonly others: readonly string[];
  readonly problem: string | undefined;
  readonly onValue: (value: string) => void;
}

/** «Исключаемые каналы»: a checkbox each, with the advice beside it. */
export function ExcludedChannels({ value, others, problem, onValue }: Props) {
  const { texts } = useConsole();
  const words = texts.channels;
  const ticked = value.split('\n').filter((code) => code !== '');
  const known: readonly string[] = [...CHAT_CENTERS, ...DIRECT];
  const more = [...new Set([...others, ...ticked])].filter((code) => !known.includes(code));
  const toggle = (code: string, isTicked: boolean): void =>
    onValue([...ticked.filter((one) => one !== code), ...(isTicked ? [code] : [])].join('\n'));
  const row = (code: string, advice: string) => (
    <li key={code}>
      <label>
        <input
          type="checkbox"
          checked={ticked.includes(code)}
          onChange={(event) => toggle(code, event.currentTarget.checked)}
        />
        <span>{words.names[code as keyof typeof words.names] ?? code}</span>
      </label>
      <small>{advice}</small>
    </li>
  );
  return (
    <fieldset class="excluded" aria-describedby={problem === undefined ? undefined : 'excluded-problem'}>
      <legend>{words.excluded}</legend>
      <small>{words.excludedHint}</small>
      <ul>
        {CHAT_CENTERS.map((code) => row(code, words.adviceExclude))}
        {DIRECT.map((code) => row(code, words.adviceJoin))}
        {more.map((code) => row(code, words.adviceOwn))}
      </ul>
      {problem !== undefined && (
        <small id="excluded-problem" class="problem">
          {problem}
        </small>
      )}
    </fieldset>
  );
}
