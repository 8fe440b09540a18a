import type { Language } from '../../../page/parts/language.ts';
import { en } from './en.ts';
import { ru, type Texts } from './ru.ts';

const TEXTS: Readonly<Record<Language, Texts>> = { ru, en };

export function textsIn(language: Language): Texts {
  return TEXTS[language];
}
