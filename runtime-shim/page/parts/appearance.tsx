import type { Language } from './language.ts';
import { useParts } from './parts-context.tsx';
import { Icon, type IconName } from './pictures.tsx';

export type Theme = 'auto' | 'light' | 'dark';
const NEXT_THEME: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };
const THEME_ICON: Readonly<Record<Theme, IconName>> = { auto: 'auto', light: 'sun', dark: 'moon' };

interface Props {
  readonly theme: Theme;
  readonly onTheme: (theme: Theme) => void;
  readonly onLanguage: (language: Language) => void;
}

/** The two switches of a person's taste: light or dark, and the language. */
export function Appearance({ theme, onTheme, onLanguage }: Props) {
  const { texts, language } = useParts();
  const themeLabel = `${texts.theme}: ${texts.themes[theme]}`;
  const other = language === 'ru' ? 'en' : 'ru';
  return (
    <>
      <button
        type="button"
        class="bar-button"
        aria-label={themeLabel}
        title={themeLabel}
        onClick={() => onTheme(NEXT_THEME[theme])}
      >
        <Icon name={THEME_ICON[theme]} />
      </button>
      <button
        type="button"
        class="bar-button"
        lang={other}
        aria-label={language === 'ru' ? 'EN: English' : 'RU: Русский'}
        title={language === 'ru' ? 'English' : 'Русский'}
        onClick={() => onLanguage(other)}
      >
        {other.toUpperCase()}
      </button>
    </>
  );
}
