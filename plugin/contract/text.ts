/** What people read, in every language that they are spoken to in (`docs/decisions/0016-texts-in-both-languages.md`). */

/** One text in every language, made at once: whoever prints it takes the one that is wanted. */
export interface Text {
  /** What a program gets: `message` of an error, `--json`, logs. */
  readonly en: string;
  /** For people who asked for it. */
  readonly ru: string;
}

export type Language = keyof Text;

/** A room's texts by name: as they are, or made from what they are about. */
export type Catalogue = Readonly<Record<string, Text | ((...about: never[]) => Text)>>;

export const NO_TEXT: Text = { en: '', ru: '' };

/** By its shape: a text may come from another copy of the package. */
export function isText(value: unknown): value is Text {
  return (
    typeof value === 'object' &&
    value !== null &&
    'en' in value &&
    typeof value.en === 'string' &&
    'ru' in value &&
    typeof value.ru === 'string'
  );
}

/** A name, a number, code, words of others: the same in every language. */
export function same(words: string): Text {
  return { en: words, ru: words };
}

/** What a document holds in English, for a person: in Russian where it was kept in Russian too. */
export function wordsFor<Words>(language: Language, english: Words, russian: Words | undefined): Words {
  return language === 'ru' ? (russian ?? english) : english;
}

/** Texts put together by one function for all languages: `together((language) => parts.map((part) => part[language]).join())`. */
export function together(make: (language: Language) => string): Text {
  return { en: make('en'), ru: make('ru') };
}

/** One behind the other. */
export function joined(texts: readonly Text[], between = ''): Text {
  return together((language) => texts.map((text) => text[language]).join(between));
}

/**
 * The form of a Russian word that a number asks for: 1 сообщение, 2 сообщения, 5 сообщений (CLDR, plural rules of `ru`;
 * for whole numbers).
 */
export function russianCount(count: number, one: string, few: string, many: string): string {
  const form = RUSSIAN.select(count);
  return `${count} ${form === 'one' ? one : form === 'few' ? few : many}`;
}
const RUSSIAN = new Intl.PluralRules('ru');
