import type { Text } from '../plugin/contract/text.ts';

/** Variables of a process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

const TEXTS = {
  otherKeys: { en: 'an { "env": "NAME" } has no other keys', ru: 'рядом с { "env": "NAME" } других ключей нет' },
  name: {
    en: '{ "env": … } needs the name of a variable, a string',
    ru: 'в { "env": … } нужно имя переменной, строкой',
  },
  unset: (name: string): Text => ({
    en: `the environment variable ${name} is not set`,
    ru: `переменная окружения ${name} не задана`,
  }),
  empty: (name: string): Text => ({
    en: `the environment variable ${name} is empty`,
    ru: `переменная окружения ${name} пуста`,
  }),
};

/** The value that an `{ "env": "NAME" }` of a file stands for, which never appears in a message. */
export function variableOf(reference: Readonly<Record<string, unknown>>, env: Environment): string | { problem: Text } {
  const name = reference['env'];
  if (Object.keys(reference).length > 1) return { problem: TEXTS.otherKeys };
  if (typeof name !== 'string' || name === '') return { problem: TEXTS.name };
  // An environment has Object's prototype, and "constructor" is no variable of it.
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined) return { problem: TEXTS.unset(name) };
  if (value === '') return { problem: TEXTS.empty(name) };
  return value;
}

/** An environment in which no variable has one of these values. */
export function withoutValues(env: Environment, values: readonly string[]): Environment {
  const hidden = new Set(values);
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value === undefined || !hidden.has(value)));
}
