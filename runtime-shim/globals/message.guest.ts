import type { Action } from './run-state.guest.ts';
import { listArgument, mustBe, NOT_EMPTY, refuse, tooLong, wellFormed } from './arguments.guest.ts';
import { describe } from '../../plugin/contract/describe.guest.ts';
import type { Text } from '../../plugin/contract/text.ts';
import { add, isArray, isFinite, type List, list, testRegExp, toJson, toNumber, toText } from './intrinsics.guest.ts';

// The same limits as in plugin/contract/message.ts; a test holds the two together.
const MAX_TEXT_LENGTH = 100_000;
const MAX_ATTACHMENTS = 20;
const MAX_URL_LENGTH = 2_048;
const MAX_BUTTONS = 100;
const MAX_BUTTON_LENGTH = 1_000;
const MAX_NAME_LENGTH = 255;
const MAX_PARAMS = 2_000;

/** http and https only, with a host, without spaces or control characters; the server parses the link once more. */
// eslint-disable-next-line no-control-regex -- control characters are what must not pass
const LINK = /^https?:\/\/[^\s\u0000-\u001f\u007f-\u009f/?#]+[^\s\u0000-\u001f\u007f-\u009f]*$/i;
const CALL = 'bot.sendMessage';
const BUTTONS: Text = { en: 'the buttons', ru: 'кнопки' };
const ATTACHMENTS: Text = { en: 'the attachments', ru: 'вложения' };

/** Checks the arguments of `bot.sendMessage` and makes its action. */
export function messageAction(text: unknown, buttons: unknown, attachments: unknown, params: unknown): Action {
  const action: {
    __proto__: null;
    type: string;
    text?: string;
    buttons?: object;
    attachments?: object;
    params?: string;
  } = { __proto__: null, type: 'send_message' };
  const words = textArgument(text);
  if (words !== '') action.text = words;
  if (buttons !== null && buttons !== undefined) {
    const rows = buttonRows(buttons);
    if (rows.length > 0) action.buttons = rows;
  }
  if (attachments !== null && attachments !== undefined) {
    const files = attachmentList(attachments);
    if (files.length > 0) action.attachments = files;
  }
  if (action.text === undefined && action.buttons === undefined && action.attachments === undefined) {
    const got = describe(text);
    refuse({
      en: `${CALL}: a message needs a text, buttons or an attachment, got ${got.en}`,
      ru: `${CALL}: сообщению нужен текст, кнопки или вложение, а получено: ${got.ru}`,
    });
  }
  const told = paramsArgument(params);
  if (told !== undefined) action.params = told;
  return action;
}

/** What the messenger is told beside, as JSON; nothing of it is looked at here. */
function paramsArgument(params: unknown): string | undefined {
  if (params === null || params === undefined || params === false || params === '') return undefined;
  const what = { en: 'apiAdditionalParams', ru: 'apiAdditionalParams' };
  const text = typeof params !== 'object' || isArray(params) ? undefined : toJson(params);
  if (text === undefined) return refuse(mustBe(CALL, what, { en: 'an object', ru: 'нужен объект' }, params));
  if (text.length > MAX_PARAMS) return refuse(tooLong(CALL, what, MAX_PARAMS));
  return text === '{}' ? undefined : wellFormed(CALL, text);
}

function textArgument(text: unknown): string {
  if (text === null || text === undefined) return '';
  if (typeof text === 'number' && isFinite(text)) return toText(text);
  if (typeof text !== 'string') {
    return refuse(mustBe(CALL, { en: 'the text', ru: 'текст' }, { en: 'a string', ru: 'нужна строка' }, text));
  }
  if (text.length > MAX_TEXT_LENGTH) {
    return refuse(tooLong(CALL, { en: 'text', ru: 'текст' }, MAX_TEXT_LENGTH));
  }
  return wellFormed(CALL, text);
}

/** Rows of buttons, or buttons alone, which `line_num` puts into rows: one without it has a row of its own below. */
function buttonRows(given: unknown): List<List<object>> {
  if (typeof given !== 'object' || given === null) {
    const got = describe(given);
    return refuse({
      en: `${CALL}: buttons are an array of rows, got ${got.en}`,
      ru: `${CALL}: кнопки — это массив рядов, а получено: ${got.ru}`,
    });
  }
  const rows = listArgument(CALL, BUTTONS, given);
  const result = list<List<object>>();
  const lines = list<number>();
  let count = 0;
  for (let at = 0; at < rows.length; at += 1) {
    const row: unknown = rows[at];
    if (isButton(row)) {
      const made = button(row, { en: `button ${at + 1}`, ru: `кнопка ${at + 1}` });
      addToLine(result, lines, made, (row as { line_num?: unknown }).line_num);
      count += 1;
    } else {
      const line = buttonRow(row, at + 1);
      count += line.length;
      if (line.length > 0) {
        add(result, line);
        add(lines, 0);
      }
    }
    if (count > MAX_BUTTONS) {
      return refuse({ en: `${CALL}: more than ${MAX_BUTTONS} buttons`, ru: `${CALL}: больше ${MAX_BUTTONS} кнопок` });
    }
  }
  return result;
}

function isButton(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || isArray(value)) return false;
  const { text, callback_data: data } = value as { text?: unknown; callback_data?: unknown };
  return text !== undefined || data !== undefined;
}

function buttonRow(row: unknown, number: number): List<object> {
  if (typeof row !== 'object' || row === null) {
    const what = { en: `row ${number} of the buttons`, ru: `ряд ${number} кнопок` };
    return refuse(mustBe(CALL, what, { en: 'an array', ru: 'нужен массив' }, row));
  }
  const given = listArgument(CALL, BUTTONS, row);
  const line = list<object>();
  for (let index = 0; index < given.length; index += 1) {
    const where = { en: `button ${index + 1} of row ${number}`, ru: `кнопка ${index + 1} ряда ${number}` };
    add(line, button(given[index], where));
  }
  return line;
}

/** Where a row with this number stands, or is to stand: before rows of greater numbers and those that have none. */
function placeOfLine(lines: List<number>, line: number): number {
  for (let index = 0; index < lines.length; index += 1) {
    const present = lines[index] as number;
    if (present === 0 || present >= line) return index;
  }
  return lines.length;
}

/** Rows in the order of their numbers; 0: it has none. */
function addToLine(rows: List<List<object>>, lines: List<number>, made: object, given: unknown): void {
  const number = typeof given === 'string' ? toNumber(given) : given;
  const line = typeof number === 'number' && isFinite(number) && number > 0 ? number : 0;
  const at = line === 0 ? rows.length : placeOfLine(lines, line);
  if (at < rows.length && lines[at] === line && line > 0) {
    add(rows[at] as List<object>, made);
    return;
  }
  for (let index = rows.length; index > at; index -= 1) {
    rows[index] = rows[index - 1] as List<object>;
    lines[index] = lines[index - 1] as number;
  }
  const row = list<object>();
  add(row, made);
  rows[at] = row;
  lines[at] = line;
}

function button(value: unknown, where: Text): object {
  if (typeof value !== 'object' || value === null) {
    return refuse(mustBe(CALL, where, { en: '{ text, callback_data }', ru: 'нужен { text, callback_data }' }, value));
  }
  const { text, callback_data: data, url, web_app: app } = value as Readonly<Record<string, unknown>>;
  const words = buttonText(text, 'text', where);
  // A button without data sends its own text, as a person who typed it would.
  const result: { __proto__: null; text: string; callback_data: string; url?: string; web_app?: object } = {
    __proto__: null,
    text: words,
    callback_data: data === undefined || data === null ? words : buttonText(data, 'callback_data', where),
  };
  if (url !== undefined && url !== null) result.url = link(url, 'url', where);
  if (app !== undefined && app !== null) {
    const address = typeof app === 'object' ? (app as { url?: unknown }).url : app;
    result.web_app = { __proto__: null, url: link(address, 'web_app', where) } as object;
  }
  return result;
}

/** `the text of button 1 of row 2`: a part by its key. */
function partOf(part: string, where: Text, article = ''): Text {
  return { en: `${article}${part} of ${where.en}`, ru: `${part} (${where.ru})` };
}

function buttonText(value: unknown, part: string, where: Text): string {
  const text = typeof value === 'number' && isFinite(value) ? toText(value) : value;
  if (typeof text !== 'string' || text === '') {
    return refuse(mustBe(CALL, partOf(part, where, 'the '), NOT_EMPTY, value));
  }
  if (text.length > MAX_BUTTON_LENGTH) return refuse(tooLong(CALL, partOf(part, where), MAX_BUTTON_LENGTH));
  return wellFormed(CALL, text);
}

function link(value: unknown, part: string, where: Text): string {
  if (typeof value !== 'string' || value.length > MAX_URL_LENGTH || !testRegExp(LINK, value)) {
    const { en, ru } = partOf(part, where, 'the ');
    return refuse({
      en: `${CALL}: ${en} must be a link that starts with http:// or https://`,
      ru: `${CALL}: ${ru} — нужна ссылка, которая начинается с http:// или https://`,
    });
  }
  return wellFormed(CALL, value);
}

function attachmentList(given: unknown): List<object> {
  if (typeof given !== 'object' || given === null) {
    const got = describe(given);
    return refuse({
      en: `${CALL}: attachments are an array, got ${got.en}`,
      ru: `${CALL}: вложения — это массив, а получено: ${got.ru}`,
    });
  }
  const files = listArgument(CALL, ATTACHMENTS, given);
  if (files.length > MAX_ATTACHMENTS) {
    return refuse({
      en: `${CALL}: more than ${MAX_ATTACHMENTS} attachments`,
      ru: `${CALL}: больше ${MAX_ATTACHMENTS} вложений`,
    });
  }
  const result = list<object>();
  for (let index = 0; index < files.length; index += 1)
    add(result, attachment(files[index], { en: `attachment ${index + 1}`, ru: `вложение ${index + 1}` }));
  return result;
}

function attachment(value: unknown, where: Text): object {
  if (typeof value !== 'object' || value === null) {
    return refuse(mustBe(CALL, where, { en: '{ type, url }', ru: 'нужен { type, url }' }, value));
  }
  const { type, url, name } = value as { type?: unknown; url?: unknown; name?: unknown };
  if (type !== 'image' && type !== 'video' && type !== 'audio' && type !== 'file') {
    return refuse({
      en: `${CALL}: the type of ${where.en} must be "image", "video", "audio" or "file"`,
      ru: `${CALL}: type (${where.ru}) — нужен "image", "video", "audio" или "file"`,
    });
  }
  const address = link(url, 'url', where);
  const result: { __proto__: null; type: string; url: string; name?: string } = {
    __proto__: null,
    type,
    url: address,
  };
  if (name === undefined || name === null) return result;
  if (typeof name !== 'string' || name.length > MAX_NAME_LENGTH) {
    return refuse({
      en: `${CALL}: the name of ${where.en} must be a string of at most ${MAX_NAME_LENGTH} characters`,
      ru: `${CALL}: name (${where.ru}) — нужна строка не длиннее ${MAX_NAME_LENGTH} знаков`,
    });
  }
  if (name !== '') result.name = wellFormed(CALL, name);
  return result;
}
