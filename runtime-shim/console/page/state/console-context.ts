import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useState } from 'preact/hooks';
import type { Language } from '../../../page/parts/language.ts';
import type { SessionView } from '../../records/session-records.ts';
import { ru, type Texts } from '../texts/ru.ts';
import type { Answer, Failure } from './api.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What every part of the page may need. */
export interface ConsoleContextValue {
  readonly texts: Texts;
  readonly language: Language;
  readonly session: SessionView;
  /** Asks the server. A session that is over leads to the log-in; what else fails is the caller's to show. */
  readonly ask: <Value>(method: Method, path: string, body?: unknown) => Promise<Answer<Value>>;
  /** Says briefly that something was done, or was not. */
  readonly say: (text: string, kind?: 'done' | 'failed') => void;
}

const NOBODY: SessionView = { name: '', role: 'viewer', csrf: '', way: 'session', version: '' };

export const ConsoleContext = createContext<ConsoleContextValue>({
  texts: ru,
  language: 'ru',
  session: NOBODY,
  ask: () => new Promise(() => {}),
  say: () => {},
});

export function useConsole(): ConsoleContextValue {
  return useContext(ConsoleContext);
}

/** How often a page asks again by itself, ms: it shows what is going on, and one person's page is no load. */
const ASK_EVERY_MS = 5_000;

export interface Polled<Value> {
  /** What was answered last; stays while the server is away. */
  readonly value: Value | undefined;
  /** Why the last question was not answered. */
  readonly failure: Failure | undefined;
  readonly again: () => void;
}

/** Asks an address now, when it changes, and every few seconds while somebody looks (`everyMs` 0: only now). */
export function useAsked<Value>(path: string, everyMs = ASK_EVERY_MS): Polled<Value> {
  const { ask } = useConsole();
  const [state, setState] = useState<{ path: string; value?: Value; failure?: Failure }>({ path });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      if (!document.hidden) {
        const answer = await ask<Value>('GET', path);
        if (isOver) return;
        setState((before) =>
          answer.ok
            ? { path, value: answer.value }
            : { ...(before.path === path ? before : { path }), failure: answer.failure },
        );
      }
      if (everyMs > 0) timer = setTimeout(() => void look(), everyMs);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [ask, path, everyMs, turn]);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  const current = state.path === path ? state : undefined;
  return { value: current?.value, failure: current?.failure, again };
}
