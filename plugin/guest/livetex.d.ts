// oxlint-disable-next-line typescript/triple-slash-reference -- an import would make the file a module, and its names would no longer be global
/// <reference path="./language.d.ts" />
// oxlint-disable-next-line typescript/triple-slash-reference -- the same
/// <reference path="./platform.d.ts" />
// oxlint-disable-next-line typescript/triple-slash-reference -- the same
/// <reference path="./operators.d.ts" />
/**
 * Всё, что видит скрипт бота: для подсказок и проверки в редакторе и для `metabot-livetex check`.
 *
 * Подключение: файл `jsconfig.json` в папке бота, в нём `"files": [".../livetex.d.ts"]`.
 * Скрипт выполняется синхронно: без `async`, `await`, обещаний и таймеров.
 *
 * Скрипт — тело функции: `return` на верхнем уровне и присваивание без объявления работают. Редактор этого не знает и
 * подчёркивает их; `metabot-livetex check` знает.
 */

/* oxlint-disable typescript/no-explicit-any -- what a channel, a JSON attribute or a library holds is not known, and an author of a script must not have to prove it */

/** Значение атрибута LiveTex. `null` удаляет атрибут. В LiveTex числа и «да»/«нет» уходят строками. */
type LiveTexAttributeValue = string | number | boolean | null;

/** Лид: тот, с кем говорит бот. */
interface MetabotLead {
  /**
   * Атрибуты для оператора: добавляются к заданным раньше, `null` удаляет. Оператор увидит их в заголовке диалога.
   * @example
   * lead.setLiveTexAttr({ 'номер_заявки': 705, 'имя_заявки': 'Test' });
   */
  setLiveTexAttr(attributes: { readonly [key: string]: LiveTexAttributeValue }): this;
  /**
   * Один атрибут для оператора.
   * @example
   * lead.setLiveTexAttr('номер_заявки', 705).setLiveTexAttr('черновик', null);
   */
  setLiveTexAttr(key: string, value: LiveTexAttributeValue): this;
  /**
   * Заменяет все атрибуты для оператора; `{}` удаляет все.
   * @example
   * lead.setAllLiveTexAttrs({ 'тема': 'Доставка' });
   */
  setAllLiveTexAttrs(attributes: { readonly [key: string]: LiveTexAttributeValue }): this;
  /**
   * Атрибут для оператора таким, каким он задан (число остаётся числом), или `null`. Каким он задан, знает только автор,
   * поэтому тип `any`: с числом можно считать.
   * @example
   * if (lead.getLiveTexAttr('номер_заявки') === null) lead.setLiveTexAttr('номер_заявки', 1);
   * else lead.setLiveTexAttr('следующий', lead.getLiveTexAttr('номер_заявки') + 1);
   */
  getLiveTexAttr(key: string): any;
  /**
   * Все атрибуты для оператора.
   * @example
   * console.log(lead.getAllLiveTexAttrs());
   */
  getAllLiveTexAttrs(): { [key: string]: any };

  /**
   * Скрытые атрибуты: остаются в истории и выгрузках LiveTex, оператор их не видит. Добавляются к заданным раньше, `null` удаляет.
   * @example
   * lead.setLiveTexHiddenAttr({ utm_source: 'vk' });
   */
  setLiveTexHiddenAttr(attributes: { readonly [key: string]: LiveTexAttributeValue }): this;
  /** Один скрытый атрибут. */
  setLiveTexHiddenAttr(key: string, value: LiveTexAttributeValue): this;
  /** Заменяет все скрытые атрибуты; `{}` удаляет все. */
  setAllLiveTexHiddenAttrs(attributes: { readonly [key: string]: LiveTexAttributeValue }): this;
  /** Скрытый атрибут таким, каким он задан, или `null`. */
  getLiveTexHiddenAttr(key: string): any;
  /** Все скрытые атрибуты. */
  getAllLiveTexHiddenAttrs(): { [key: string]: any };

  /** Данные лида: `id`, `name`, `identification`, `channel_id`, `status_id`, … */
  getData(
    key:
      | 'id'
      | 'identification'
      | 'name'
      | 'manager_id'
      | 'bot_id'
      | 'channel_id'
      | 'status_id'
      | 'person_id'
      | 'is_mute',
  ): any;
  getData(key: string): any;
  /**
   * Код канала, например `telegram`.
   * @example
   * if (lead.getChannelCode() === 'telegram') lead.addTag('telegram');
   */
  getChannelCode(): string;
  /**
   * Атрибут лида или `null`, если его нет.
   * @example
   * if (lead.getAttr('телефон') === null) bot.sendMessage('Оставьте телефон');
   */
  getAttr(key: string): string | null;
  /**
   * Записывает атрибут; `null` удаляет его. Для объектов есть `setJsonAttr`.
   * @example
   * lead.setAttr('город', 'Тверь').setAttr('черновик', null);
   */
  setAttr(key: string, value: string | number | boolean | null): this;
  getAllAttr(): { [key: string]: string };
  isAttrExist(key: string): boolean;
  issetAttr(key: string): boolean;
  getIntAttr(key: string): number | null;
  getFloatAttr(key: string): number | null;
  /**
   * `true`, если атрибут — `1`, `true`, `on`, `yes` или `да`.
   * @example
   * if (lead.getBoolAttr('согласие')) lead.addTag('согласен');
   */
  getBoolAttr(key: string): boolean;
  /**
   * Записывает объект или массив как JSON.
   * @example
   * lead.setJsonAttr('корзина', [{ товар: 'чай', штук: 2 }]);
   * var корзина = lead.getJsonAttr('корзина');
   */
  setJsonAttr(key: string, value: object | string | number | boolean | null): this;
  getJsonAttr(key: string): any;
  deleteAttr(key: string): this;
  /** Ключи — массив или текст через запятую. */
  deleteAttrs(keys: MetabotWords): this;
  forceDeleteAttr(key: string): this;
  forceDeleteAttrs(keys: MetabotWords): this;
  issetJsonAttr(key: string): boolean;
  isJsonAttrKeyExist(key: string): boolean;
  getAllJsonAttrs(): { [key: string]: any };
  deleteJsonAttr(key: string): this;
  deleteJsonAttrs(keys: MetabotWords): this;
  forceDeleteJsonAttr(key: string): this;
  forceDeleteJsonAttrs(keys: MetabotWords): this;
  addTag(tag: string): this;
  addTags(tags: MetabotWords): this;
  setTag(tag: string): this;
  deleteTag(tag: string): this;
  deleteTags(tags: MetabotWords): this;
  forceDeleteTag(tag: string): this;
  forceDeleteTags(tags: MetabotWords): this;
  isTagExist(tag: string): boolean;
  issetTag(tag: string): boolean;
  getTag(tag: string): string | null;
  getAllTags(): string[];
  /**
   * Контекст: текст по ключу; в текстах `{{ @ключ }}` — «да» или «нет».
   * @example
   * lead.setContext('раздел', 'доставка');
   * if (lead.getContext('раздел') === 'доставка') lead.deleteContext('раздел');
   */
  setContext(key: string, value?: string | number | boolean | null): this;
  getContext(key: string): string | null;
  getAllContexts(): { [key: string]: string };
  isContextExist(key: string): boolean;
  issetContext(key: string): boolean;
  deleteContext(key: string): this;
  deleteContexts(keys: MetabotWords): this;
  forceDeleteContext(key: string): this;
  forceDeleteContexts(keys: MetabotWords): this;
  /**
   * Статус лида: имя или номер; какие бывают, перечисляет `statuses` в `bot.json`, без него годится любой.
   * @example
   * if (!lead.isInStatus('Клиент')) lead.setStatusByName('Клиент');
   */
  setStatusByName(name: string): this;
  setStatusById(id: number | string): this;
  setStatus(status: string | number): this;
  isInStatus(status: any): boolean;
  getStatusId(): number | null;
  getStatusName(): string | null;
  getAllStatuses(): { id: number; name: string }[];
  issetStatusByName(name: any): boolean;
  issetStatusById(id: any): boolean;
  getStatusIdByName(name: any): number | null;
  isDataExist(key: string): boolean;
  issetData(key: string): boolean;
  getAllData(): { [key: string]: any };
  /** Только имя лида: остальное знает платформа. */
  setData(key: 'name', value: string | number | boolean | null): this;
  getMessengerCode(): string;
  getIdentification(): string;
  /** Показывает ли канал лида кнопки. */
  isInlineButtonsAvailable(): boolean;
  /** Что написал лид, если скрипт запущен его сообщением. */
  getLastRequest(): string | null;
  /** Здесь лиды не считаются: всегда `null`. */
  getSerialNumber(): number | null;
  /** Персон здесь нет: всегда `null`, а другие методы персон — ошибка `script_unsupported`. */
  getPersonId(): number | null;
  /**
   * Только ставит признак «Переведён на оператора». Переводит `livetex.transferToOperator()`.
   * @example
   * lead.setForwarded(false);
   */
  setForwarded(state: boolean | 0 | 1): this;
}

/**
 * Библиотека `Common.Bot.Commands`.
 * @example
 * CommonBotCommands.sendText('Здравствуйте!');
 */
interface CommonBotCommandsLibrary {
  sendText(text: string | number): boolean;
  SendText(text: string | number): boolean;
}

declare const lead: MetabotLead;
declare const bot: MetabotBot;
declare const memory: MetabotMemory;
declare const livetex: LiveTex;
declare var console: MetabotConsole;
declare const CommonBotCommands: CommonBotCommandsLibrary;

/**
 * Библиотека: `Common.Bot.Commands` или своя, `Business.<Plugin>.<Script>`.
 * @example
 * require('Common.Bot.Commands').sendText('Здравствуйте!');
 */
declare function require(name: 'Common.Bot.Commands'): CommonBotCommandsLibrary;
declare function require(name: string): any;
/**
 * Вставляет текст библиотеки вместо себя до выполнения скрипта.
 * @example
 * snippet('Business.Texts.Hello');
 */
declare function snippet(name: string): any;
/** В библиотеке: то, что получит `require`. */
declare var module: { exports: any };
declare var exports: any;

/** Библиотеки берутся через `require`, а не как модули: без этого редактор искал бы файлы. */
declare module 'Common.Bot.Commands' {
  const library: CommonBotCommandsLibrary;
  export = library;
}
declare module 'Business.*';

/** Номер бота, лида и прочего, для кого запущен скрипт. */
declare const botId: string;
declare const leadId: number;
declare const ticketId: number | null;
declare const personId: number | null;
declare const triggerId: number | null;
/** В обратном вызове: первый ли он и сразу ли выполнен. */
declare const isFirstImmediateCall: boolean | undefined;
