import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Language } from '../../../page/parts/language.ts';
import type { Command } from '../../commands/command-schema.ts';
import { ru, type Texts } from '../texts/ru.ts';
import type { CommandAnswer } from './send-command.ts';

/** A line of a file of the bot folder, and when what leads there happened (Unix ms). */
export interface SourcePlace {
  readonly file: string;
  readonly line: number | null;
  readonly since: number;
}

/** What every part of the page may need. */
export interface PageContextValue {
  readonly texts: Texts;
  readonly language: Language;
  /** Asks the server; a refusal is shown to the person. */
  readonly act: (command: Command) => Promise<CommandAnswer>;
  readonly openSource: (place: SourcePlace) => void;
}

export const PageContext = createContext<PageContextValue>({
  texts: ru,
  language: 'ru',
  act: async () => await Promise.resolve({ ok: false, problems: [] }),
  openSource: () => {},
});

export function usePage(): PageContextValue {
  return useContext(PageContext);
}
