import type { Text } from '../../plugin/contract/text.ts';
import { fail } from './fail.guest.ts';
import { objectPrototype, ProxyType, reflectGet, setPrototypeOf, testRegExp } from './intrinsics.guest.ts';

/** A part of the platform that stays out of the shim: how its functions are called, and what of it works elsewhere. */
interface Part {
  readonly word: RegExp;
  readonly works: Text;
}

const part = (word: RegExp, en: string, ru: string): Part => ({ word, works: { en, ru } });

/**
 * The platform names its functions after what they act on (`bot.findTickets`, `lead.setActiveNlpIntegrationByCode`), and has more of
 * them than its documentation lists. The word stands behind another one: `lead.email` is no function of the platform's.
 */
// Made when it is asked for: expressions cost a context more than they are worth to most scripts.
const partsOf = (): readonly Part[] => [
  part(/[a-z]Triggers?(?![a-z])/, 'triggers work', 'триггеры работают'),
  part(/[a-z]Tickets?(?![a-z])/, 'tickets work', 'заявки работают'),
  part(/[a-z]N(?:lp|LP)(?![a-z])/, 'NLP works', 'NLP работает'),
  part(/[a-z](?:E[Mm]ails?|Mails?)(?![a-z])/, 'e-mail works', 'почта работает'),
  part(/[a-z](?:Broadcasts?|Mailings?)(?![a-z])/, 'broadcasts work', 'рассылки работают'),
  part(/^(?!getPersonId$).*[a-z]Persons?(?![a-z])/, 'persons work', 'персоны работают'),
  // Operators of the platform's own contact centre, and what it knows of channels (its reference, "Методы lead").
  part(
    /^(?:canAutoForward|getNextOperators|assignDialogTo(?:Next)?Operator|getIdentificationEntity|getMessenger|isInlineButtonsAvailableGeneralChannelSetting)$/,
    'it works',
    'он работает',
  ),
];

/** What works on the platform only, when a method that the shim has not is of that; `undefined`: the platform has no such method either, as far as is known. */
export function platformOnly(method: string): Text | undefined {
  const parts = partsOf();
  for (let index = 0; index < parts.length; index += 1) {
    const { word, works } = parts[index] as Part;
    if (testRegExp(word, method)) return works;
  }
  return undefined;
}

/** Objects that the platform puts into scope for its own parts, each with its place in the list above: reading one that is not there is an error of JavaScript. */
const OBJECTS = { __proto__: null, ticket: 1, trigger: 0, nlp: 2, person: 5 } as unknown as Readonly<
  Record<string, number>
>;

/** The same for a name in scope that has no value. */
export function platformOnlyName(name: string): Text | undefined {
  const place = OBJECTS[name];
  return place === undefined ? undefined : partsOf()[place]?.works;
}

/** Ends a script that asked for what the platform has and the shim has not. */
export function unsupported(what: string, works: Text): never {
  return fail('script_unsupported', {
    en: `${what} is not in the shim: ${works.en} on the platform only`,
    ru: `${what} здесь нет: ${works.ru} только на платформе`,
  });
}

/**
 * An ordinary object of these members, as `ordinary` makes it, of which the platform has more: behind them stand those of
 * `partsOf`, each made when it is asked for.
 */
export function withPlatformOnly<Members extends object>(object: string, members: Members): Members {
  const handler: ProxyHandler<object> & { readonly __proto__: null } = {
    __proto__: null,
    get(target, key, receiver): unknown {
      const works = typeof key === 'string' && !(key in target) ? platformOnly(key) : undefined;
      if (works === undefined) return reflectGet(target, key, receiver);
      return () => unsupported(`${object}.${key as string}`, works);
    },
  };
  return setPrototypeOf(members, new ProxyType(objectPrototype, handler)) as Members;
}
