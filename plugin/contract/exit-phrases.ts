/** The phrases of a binding's `exit`, by which a lead leaves an operator. */
import type { Text } from './text.ts';

/** What counts as the same: case, spaces and a full stop are no difference. */
export function foldedPhrase(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replaceAll(/\s+/g, ' ')
    .replace(/(?<![.!])[.!]+$/, '');
}

/** Codes that the menus of each bot show, by the bot's id. */
export type MenuCodes = ReadonlyMap<string, readonly string[]>;

interface PhraseProblem {
  /** Which of the phrases. */
  readonly place: number;
  readonly text: Text;
}

/** Phrases that a menu of a bot of the binding has as a code: whoever answers the operator "1" would be gone. */
export function menuPhrases(
  {
    bots = [],
    exit,
  }: {
    readonly bots?: readonly string[] | undefined;
    readonly exit?: { readonly phrases: readonly string[] } | undefined;
  },
  codes: MenuCodes,
): PhraseProblem[] {
  const own = [...codes].filter(([bot]) => bots.length === 0 || bots.includes(bot));
  return (exit?.phrases ?? []).flatMap((phrase, place) => {
    const said = foldedPhrase(phrase);
    const [bot] = own.find(([, known]) => known.some((code) => foldedPhrase(code) === said)) ?? [];
    if (bot === undefined) return [];
    const text = {
      en: `is a code of a menu of the bot "${bot}": a lead who answers an operator with it would be back with the bot`,
      ru: `это код из меню бота "${bot}": лид, который ответит так оператору, окажется у бота`,
    };
    return [{ place, text }];
  });
}
