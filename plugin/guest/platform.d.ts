/**
 * Что скрипт видит из платформы сверх лида и бота: запросы к другим серверам; подключается из `livetex.d.ts`.
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

/**
 * В скрипте, который вызвала другая программа: что она прислала.
 * @example
 * if (typeof request !== 'undefined') console.log(request.json);
 */
declare const request: { readonly json: any };
