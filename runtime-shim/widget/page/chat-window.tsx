import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Composer } from './composer.tsx';
import type { Kept } from './kept.ts';
import { Message, WaitingMessage } from './message.tsx';
import type { WidgetSettings } from './settings.ts';
import type { Talk } from './talk.ts';
import type { Line } from './talk-shapes.ts';
import { authorOf, type WidgetTexts } from './texts.ts';

interface ChatWindowProps {
  readonly talk: Talk;
  readonly texts: WidgetTexts;
  readonly settings: WidgetSettings;
  readonly isOpen: boolean;
  readonly isSoundOn: boolean;
  readonly kept: Kept;
  readonly onClose: () => void;
  readonly onSound: () => void;
}

const REFUSALS = {
  too_many: 'tooMany',
  refused: 'refused',
  file_refused: 'fileRefused',
  file_too_large: 'fileTooLarge',
} as const;

/** So near the end, px, a reader follows what comes; farther up it is not thrown down. */
const NEAR_PX = 60;

export function ChatWindow({ talk, texts, settings, isOpen, isSoundOn, kept, onClose, onSound }: ChatWindowProps) {
  const { title = texts.title, isPage, base, language } = settings;
  const window = useRef<HTMLDivElement>(null);
  const log = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  const [isBehind, setBehind] = useState(false);
  const { lines, waiting, connection, refusal } = talk;

  useLayoutEffect(() => {
    const list = log.current;
    if (list === null || !isOpen) return;
    if (isFollowing.current) list.scrollTop = list.scrollHeight;
    else setBehind(true);
  }, [lines.length, waiting.length, isOpen]);

  useEffect(() => {
    // In a frame the page around it decides where one writes.
    if (!isOpen || window.current === null || (isPage && self !== top)) return;
    // On a phone the field would bring up the keyboard at once, over what there is to read.
    const target = matchMedia('(pointer: fine)').matches ? window.current.querySelector('textarea') : window.current;
    target?.focus();
  }, [isOpen]);

  const onScroll = (): void => {
    const list = log.current;
    if (list === null) return;
    isFollowing.current = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;
    if (isFollowing.current) setBehind(false);
  };
  const follow = (): void => {
    isFollowing.current = true;
    setBehind(false);
    log.current?.scrollTo({ top: log.current.scrollHeight });
  };

  const last = lines.at(-1);
  const lastButtons = lines.findLast(({ buttons }) => buttons !== undefined)?.seq;
  return (
    <div
      ref={window}
      class="window"
      role="dialog"
      aria-label={title}
      aria-modal={isPage ? undefined : 'true'}
      tabIndex={-1}
      hidden={!isOpen}
      onKeyDown={(event) => {
        if (isPage) return;
        if (event.key === 'Escape') onClose();
        if (event.key === 'Tab') keepFocus(event, event.currentTarget);
      }}
    >
      <header>
        <div class="about">
          <h2>{title}</h2>
          <p>{statusOf(talk, texts)}</p>
        </div>
        <button
          type="button"
          class="plain"
          aria-pressed={isSoundOn}
          aria-label={isSoundOn ? texts.soundOff : texts.soundOn}
          onClick={onSound}
        >
          <Picture
            path={
              isSoundOn
                ? 'M4 10v4h4l5 4V6L8 10zM16 9q3 3 0 6M18 6q6 6 0 12'
                : 'M4 10v4h4l5 4V6L8 10zM16 9l5 6M21 9l-5 6'
            }
          />
        </button>
        {!isPage && (
          <button type="button" class="plain" aria-label={texts.close} onClick={onClose}>
            <Picture path="M6 6l12 12M18 6L6 18" />
          </button>
        )}
      </header>
      <div class="log" ref={log} onScroll={onScroll} tabIndex={0} role="region" aria-label={texts.log}>
        {lines.length === 0 && waiting.length === 0 && <p class="notice">{texts.hello}</p>}
        <ol>
          {lines.map((line) => (
            <Message
              key={line.seq}
              line={line}
              lines={lines}
              base={base}
              texts={texts}
              language={language}
              mayPress={line.seq === lastButtons && !isAnswered(lines, line)}
              onPress={(index) => {
                follow();
                talk.press(line.seq, index);
              }}
            />
          ))}
          {waiting.map((one) => (
            <WaitingMessage key={one.id} waiting={one} lines={lines} texts={texts} />
          ))}
        </ol>
      </div>
      {isBehind && (
        <button type="button" class="behind" onClick={follow}>
          ↓ {texts.newMessages}
        </button>
      )}
      {refusal !== undefined && <p class="problem">{texts[REFUSALS[refusal]]}</p>}
      {(connection === 'no' || connection === 'refused') && (
        <p class="problem">{connection === 'no' ? texts.offline : texts.forbidden}</p>
      )}
      <p class="unseen" role="status">
        {last === undefined || last.from === 'lead' ? '' : `${authorOf(last, texts)}: ${last.text ?? ''}`}
      </p>
      <Composer
        texts={texts}
        kept={kept}
        draftKey={`${base}draft`}
        mayAttach={talk.state.files !== null}
        onAttach={(file) => {
          follow();
          talk.attach(file);
        }}
        onSay={(text) => {
          follow();
          talk.say(text);
        }}
      />
    </div>
  );
}

/** Has the lead said something since? Then the menu is an old one. */
function isAnswered(lines: readonly Line[], { seq, buttons }: Line): boolean {
  const stays = buttons?.flat().some(({ data }) => data.includes('_static_')) === true;
  return !stays && lines.some((line) => line.from === 'lead' && line.seq > seq);
}

function statusOf({ connection, state }: Talk, texts: WidgetTexts): string {
  if (connection === 'trying') return texts.connecting;
  if (state.mode === 'waiting') return texts.waiting;
  return state.mode === 'operator' ? texts.withOperator(state.operator ?? texts.operator) : '';
}

/** The focus goes round within the window. */
function keepFocus(event: KeyboardEvent, within: HTMLElement): void {
  const all = [
    ...within.querySelectorAll<HTMLElement>('button:not([disabled]), a[href], textarea, [tabindex="0"]'),
  ].filter((one) => one.getClientRects().length > 0);
  const root = within.getRootNode() as ShadowRoot;
  const [first] = all;
  const last = all.at(-1);
  const isAtEnd = root.activeElement === (event.shiftKey ? first : last) || root.activeElement === within;
  if (!isAtEnd) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}

function Picture({ path }: { readonly path: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
