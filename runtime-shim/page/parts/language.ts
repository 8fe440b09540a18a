export type Language = 'ru' | 'en';

/** The first of the browser's languages that we have; Russian, the language of the bots' authors, for all others. */
export function browserLanguage(): Language {
  const known = navigator.languages.map((tag) => tag.slice(0, 2)).find((code) => code === 'ru' || code === 'en');
  return known === 'en' ? 'en' : 'ru';
}

/** Hours and minutes, with seconds where the order of events matters. */
export function timeText(at: number, language: Language, seconds = false): string {
  return new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(seconds ? { second: '2-digit' } : {}),
  }).format(at);
}
