/**
 * Что скрипт видит из платформы сверх лида: бот, память, журнал, запросы к другим серверам, таблицы; подключается из `livetex.d.ts`.
 */

/* oxlint-disable typescript/no-explicit-any -- what a server answers is not known, and an author of a script must not have to prove it */

/**
 * Запросы к другим серверам. Скрипт ждёт ответа и продолжает со следующей строки. Куда можно обращаться, задаёт
 * `api.allow` в настройках; до 20 запросов за один запуск скрипта.
 */
interface MetabotApi {
  /**
   * Ответ сервера: объект, если это JSON, иначе текст; `null`, если ответа нет.
   * @example
   * var order = api.getJson('https://crm.example.com/orders/705');
   * if (order === null) bot.sendMessage('Не получилось узнать: ' + api.getLastError());
   */
  getJson(url: string): any;
  /**
   * Тело — объект или текст JSON; без него запрос уходит пустым.
   * @example
   * api.postJson('https://crm.example.com/orders', { phone: lead.getAttr('телефон') });
   * if (api.getLastResponseCode() !== 201) console.warn('заказ не создан', api.getLastResponseCode());
   */
  postJson(url: string, body?: any): any;
  putJson(url: string, body?: any): any;
  patchJson(url: string, body?: any): any;
  deleteJson(url: string, body?: any): any;
  /**
   * Заголовки следующих запросов этого скрипта вместо прежних: объект или текст JSON; `null` убирает.
   * @example
   * api.setHeaders({ Authorization: 'Bearer ' + bot.getAttr('crm_token') });
   */
  setHeaders(headers: { readonly [name: string]: string | number | boolean } | string | null): void;
  /** Код ответа на последний запрос; 0, если ответа не было. */
  getLastResponseCode(): number;
  /** Почему на последний запрос нет ответа, или `null`. */
  getLastError(): string | null;
}

declare const api: MetabotApi;

/** Условие: столбец, оператор, значение. Оператор без учёта регистра; без него — `=`. */
type MetabotCondition =
  | readonly [
      column: string,
      operator:
        | '='
        | '<'
        | '>'
        | '<='
        | '>='
        | '<>'
        | '!='
        | 'like'
        | 'not like'
        | 'ilike'
        | 'IN'
        | 'NOT IN'
        | 'in'
        | 'not in'
        | 'is'
        | 'is not'
        | 'regexp'
        | 'not regexp',
      value: any,
    ]
  | readonly [column: string, value: any]
  | readonly any[];

/**
 * Таблицы бота: строки со столбцами и своим номером `id`. Начинаются с `tables/<код>.json`. Записанное остаётся, если
 * скрипт закончился без ошибки; сам скрипт видит своё сразу.
 */
interface MetabotTable {
  /**
   * Строки, которые подходят под все условия, в том порядке, в каком появились. `columns` пуст — все столбцы;
   * `limit` по умолчанию 100, не больше 1000.
   * @example
   * var rows = table.find('products', ['name', 'price'], [['name', 'ilike', '%чай%']], [['price', 'asc']], 5);
   * for (var i = 0; i < rows.length; i += 1) bot.sendMessage(rows[i].name + ' — ' + rows[i].price + ' ₽');
   */
  find(
    code: string,
    columns?: readonly string[] | object | null,
    where?: readonly MetabotCondition[] | object | null,
    orderBy?: ReadonlyArray<string | readonly [column: string, direction?: string] | readonly string[]> | object | null,
    limit?: number | string | null,
    offset?: number | string | null,
  ): any[];
  /**
   * Новая строка вместе с её `id`.
   * @example
   * var order = table.createItem('orders', { lead_id: leadId, phone: '+79261234567' });
   * bot.sendMessage('Заказ № ' + order.id);
   */
  createItem(code: string, row: { readonly [column: string]: any }): any;
  /** Меняет названные столбцы; вернёт строку или `null`, если её нет. */
  updateItem(code: string, id: number | string, row: { readonly [column: string]: any }): any;
  /** `false`, если такой строки нет. */
  deleteItem(code: string, id: number | string): boolean;
}

declare const table: MetabotTable;

/**
 * В скрипте, который вызвала другая программа: что она прислала.
 * @example
 * if (typeof request !== 'undefined') console.log(request.json);
 */
declare const request: { readonly json: any };

/** Запуск скрипта в другое время. До 50 на лида. */
interface MetabotScheduledJob {
  readonly script_code?: string;
  /** Номер лида; без него — этот лид. */
  readonly lead_id?: number | string | null;
  /** Время по часам бота: `2027-01-15 09:30:00`. Важнее, чем `run_after_sec`. */
  readonly run_at?: string | null;
  readonly run_after_sec?: number | string | null;
  /** Снова и снова, каждые `repeat_interval_sec` секунд (не меньше 10). */
  readonly is_periodic?: boolean | number | string | null;
  readonly repeat_interval_sec?: number | string | null;
  /** Скрипт, который проверяется в назначенное время: запуск состоится, если он вернёт `true`. */
  readonly condition_script_code?: string | null;
  /** Теги через запятую или списком. */
  readonly add_tags?: MetabotWords;
  readonly remove_tags?: MetabotWords;
  /** Заявок и триггеров здесь нет. */
  readonly ticket_id?: '' | null;
  readonly trigger_code?: '' | null;
  /** Скрипт увидит это как `request.json`. */
  readonly script_request_params?: any;
}

/** Слова: массив, текст через запятую или объект, как списки в PHP. */
type MetabotWords = readonly string[] | string | { readonly [index: string]: string } | null;

/**
 * Память одного прохода сценария: её видят все его скрипты.
 * @example
 * memory.setAttr('шаг', 2);
 * var шаг = Number(memory.getAttr('шаг'));
 */
interface MetabotMemory {
  getAttr(key: string): string | null;
  setAttr(key: string, value: string | number | boolean | null): this;
  getAllAttr(): { [key: string]: string };
  isAttrExist(key: string): boolean;
  deleteAttr(key: string): this;
}

/**
 * Журнал бота.
 * @example
 * console.log('лид', leadId, lead.getAllAttr());
 */
interface MetabotConsole {
  log(...values: any[]): void;
  info(...values: any[]): void;
  debug(...values: any[]): void;
  warn(...values: any[]): void;
  error(...values: any[]): void;
  /** Значение, строки в кавычках. */
  dir(value: any): void;
  dirxml(...values: any[]): void;
  /** Таблица: строка на элемент, не больше 50 строк. */
  table(data: any, columns?: readonly string[]): void;
  /** Пишет ошибку, если условие ложно. */
  assert(condition: any, ...values: any[]): void;
  count(label?: any): void;
  countReset(label?: any): void;
  time(label?: any): void;
  timeLog(label?: any, ...values: any[]): void;
  timeEnd(label?: any): void;
  /** Следующие записи с отступом, до `groupEnd`. */
  group(...values: any[]): void;
  groupCollapsed(...values: any[]): void;
  groupEnd(): void;
  /** С местами в скрипте, откуда вызвано. */
  trace(...values: any[]): void;
}

/** Кнопка: `callback_data` придёт боту, когда лид её нажмёт; без неё придёт сам текст. */
interface MetabotButton {
  readonly text: string | number;
  readonly callback_data?: string | number | null;
  /** Открывает ссылку; где кнопок нет, ссылка придёт текстом. */
  readonly url?: string | null;
  readonly web_app?: { readonly url: string } | string | null;
}

/** Кнопка без рядов: `line_num` — номер ряда, без него ряд свой. */
interface MetabotFlatButton extends MetabotButton {
  readonly line_num?: number | string | null;
}

/** Список или объект, значения которого и есть список. */
type MetabotList<Item> = readonly Item[] | { readonly [key: string]: Item };

/** Файл по ссылке `http://` или `https://`. */
interface MetabotAttachment {
  readonly type: 'image' | 'video' | 'audio' | 'file';
  readonly url: string;
  readonly name?: string | null;
}

/** Бот. Его атрибуты общие для всех лидов. */
interface MetabotBot {
  getAttr(key: string): string | null;
  setAttr(key: string, value: string | number | boolean | null): this;
  getAllAttr(): { [key: string]: string };
  isAttrExist(key: string): boolean;
  issetAttr(key: string): boolean;
  deleteAttr(key: string): this;
  /**
   * Сообщение лиду: текст, ряды кнопок, файлы. Уйдёт, когда скрипт закончится без ошибки.
   * @example
   * bot.sendMessage('Позвать оператора?', [[{ text: 'Да', callback_data: '1' }, { text: 'Нет', callback_data: '2' }]]);
   * bot.sendMessage('Схема проезда', null, [{ type: 'image', url: 'https://example.com/map.png' }]);
   */
  sendMessage(
    text: string | number | null,
    buttons?: MetabotList<MetabotList<MetabotButton>> | MetabotList<MetabotFlatButton> | null,
    attachments?: MetabotList<MetabotAttachment> | null,
    apiAdditionalParams?: any,
    isDisableBuffer?: boolean,
    isUpdateMessageButtons?: boolean,
  ): boolean;
  /**
   * Запускает другой скрипт этого бота, когда закончится этот.
   * @example
   * bot.run({ script_code: 'start' });
   */
  run(options: { readonly script_code: string } | { readonly script_id: number | string }): boolean;
  /**
   * Запускает скрипт для лида с номером `leadId`.
   * @example
   * bot.runScriptByCodeForLead('start', leadId);
   */
  runScriptByCodeForLead(code: string, leadId: string | number): boolean;
  /**
   * Заканчивает скрипт здесь же; дальше по сценарию ничего не выполняется.
   * @example
   * if (lead.isTagExist('спам')) bot.stop();
   */
  stop(): never;
  /**
   * То, что прислал канал, если скрипт запущен сообщением; иначе `null`.
   * @example
   * console.log(bot.getWebhookPayload());
   */
  getWebhookPayload(): any;
  /** `id`, `name`, `leadsCount`. */
  getData(key: 'id' | 'name' | 'leadsCount'): any;
  /**
   * Лиды этого бота: столбцы, условия и порядок — как в `table.find`; до 100 за раз. Есть `id`, `identification`, `name`, `status_id`, `status_name`,
   * `channel_code`, `channel_name`, `created_at`.
   * @example
   * var клиенты = bot.findLeads(['id', 'name'], [['status_name', '=', 'Клиент']], [['id', 'asc']], 10);
   */
  findLeads(
    columns?: readonly string[] | object | null,
    where?: readonly MetabotCondition[] | object | null,
    orderBy?: ReadonlyArray<string | readonly [column: string, direction?: string] | readonly string[]> | object | null,
    limit?: number | string | null,
    offset?: number | string | null,
  ): any[];
  /**
   * Номер скрипта по его коду или `null`, если такого нет.
   * @example
   * bot.run({ script_id: bot.getScriptIdByCode('start') || 0 });
   */
  getScriptIdByCode(code: string): number | null;
  /**
   * Запускает скрипт позже: в `run_at` (время бота) или через `run_after_sec` секунд, а с `is_periodic` — снова и снова.
   * @example
   * bot.scheduleJob({ script_code: 'remind', run_after_sec: 3600, condition_script_code: 'return !lead.isTagExist("заказал")' });
   * bot.scheduleJob({ script_code: 'remind', run_at: '2027-01-15 09:30:00', is_periodic: true, repeat_interval_sec: 86400 });
   */
  scheduleJob(job: MetabotScheduledJob & { readonly script_code: string }): boolean;
  /**
   * То же по номеру скрипта и лида.
   * @example
   * bot.scheduleScript(bot.getScriptIdByCode('remind') || 0, leadId, null, { run_after_sec: 600 });
   */
  scheduleScript(
    scriptId: number | string,
    leadId?: number | string | null,
    ticketId?: '' | null,
    job?: MetabotScheduledJob | null,
  ): boolean;
  /**
   * Убирает запланированные запуски этого лида: одного скрипта или все.
   * @example
   * bot.removeScheduledJobs({ script_code: 'remind' });
   */
  removeScheduledJobs(options?: { readonly script_code?: string | null } | null): boolean;
}
