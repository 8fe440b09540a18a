import { z } from 'zod';

/**
 * Script types: our code and the exact name in the platform's interface.
 * Names: Metabot24's documentation, but for `operator_timeout` and `error`, which are our choice. Codes are our choice.
 */
export const SCRIPT_TYPE_NAMES = {
  standard: 'Стандарт',
  fallback: 'Fallback',
  return: 'Возврат',
  transfer: 'Перевод на оператора',
  no_operators: 'Нет доступных операторов',
  transfer_online: 'Перевод на оператора (онлайн)',
  transfer_offline: 'Перевод на оператора (оффлайн)',
  operator_timeout: 'Оператор не ответил',
  error: 'Ошибка',
} as const;

export type ScriptType = keyof typeof SCRIPT_TYPE_NAMES;

/** The code of a script type given by its code or its Russian name; `undefined` when there is no such type. */
export function scriptTypeOf(codeOrName: string): ScriptType | undefined {
  for (const [code, name] of Object.entries(SCRIPT_TYPE_NAMES)) {
    if (code === codeOrName || name === codeOrName) return code as ScriptType;
  }
  return undefined;
}

export const scriptTypeSchema = z.enum(Object.keys(SCRIPT_TYPE_NAMES) as [ScriptType, ...ScriptType[]]);

/** Which script: the first of a type, or the one with a code. */
export const scriptRefSchema = z.union([
  z.strictObject({ type: scriptTypeSchema }),
  z.strictObject({ code: z.string().min(1) }),
]);
export type ScriptRef = z.infer<typeof scriptRefSchema>;
