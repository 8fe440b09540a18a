import type { Catalogue, Text } from '../../plugin/contract/text.ts';

/** What is said about requests of scripts: what is wrong with an address, behind its name. */
export const API_TEXTS = {
  tooLong: (limit: number): Text => ({ en: `is longer than ${limit} characters`, ru: `длиннее ${limit} знаков` }),
  notWhole: {
    en: 'is not a whole address such as "https://crm.example.com/orders"',
    ru: 'не полный адрес, нужен вроде "https://crm.example.com/orders"',
  },
  otherProtocol: { en: 'must begin with http:// or https://', ru: 'должен начинаться с http:// или https://' },
  hasUser: {
    en: 'must not hold a user name or a password: set a header',
    ru: 'не может содержать имя пользователя и пароль: задайте заголовок',
  },
  climbs: { en: 'has an escaped ".." or "\\" in its path', ru: 'содержит в пути скрытые ".." или "\\"' },
  hasQuery: {
    en: 'must not have a query or a fragment: all below a path is allowed',
    ru: 'пишется без запроса и якоря: разрешено всё, что ниже пути',
  },
  noAddress: { en: 'is no address', ru: 'не адрес' },
  address: (problem: Text): Text => ({ en: `api: the address ${problem.en}`, ru: `api: адрес ${problem.ru}` }),
  requests: { en: 'requests', ru: 'запросов' },
} satisfies Catalogue;
