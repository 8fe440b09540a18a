import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Language } from './language.ts';

/** What the shared parts say by themselves. */
const ru = {
  close: 'Закрыть',
  attachment: { image: 'изображение', video: 'видео', audio: 'аудио', file: 'файл' },
  theme: 'Тема',
  themes: { auto: 'как в системе', light: 'светлая', dark: 'тёмная' },
};
const en: typeof ru = {
  close: 'Close',
  attachment: { image: 'image', video: 'video', audio: 'audio', file: 'file' },
  theme: 'Theme',
  themes: { auto: 'as the system', light: 'light', dark: 'dark' },
};
const TEXTS: Readonly<Record<Language, typeof ru>> = { ru, en };

const LanguageContext = createContext<Language>('ru');

/** Around a page, so that the parts speak its language: `<Parts value={language}>`. */
export const Parts = LanguageContext.Provider;

export function useParts(): { readonly language: Language; readonly texts: typeof ru } {
  const language = useContext(LanguageContext);
  return { language, texts: TEXTS[language] };
}
