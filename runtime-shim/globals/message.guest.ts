import { refuse, wellFormed } from './arguments.guest.ts';
import { describe } from '../../plugin/contract/describe.guest.ts';
import { add, isArray, isFinite, type List, list, testRegExp, toText } from './intrinsics.guest.ts';

// The same limits as in plugin/contract/message.ts; a test holds the two together.
const MAX_TEXT_LENGTH = 100_000;
const MAX_ATTACHMENTS = 20;
const MAX_URL_LENGTH = 2_048;
const MAX_BUTTONS = 100;
const MAX_BUTTON_LENGTH = 1_000;
const MAX_NAME_LENGTH = 255;

/** http and https only, with a host, without spaces or control characters; the server parses the link once more. */
// eslint-disable-next-line no-control-regex -- control characters are what must not pass
const LINK = /^https?:\/\/[^\s\u0000-\u001f\u007f-\u009f/?#]+[^\s\u0000-\u001f\u007f-\u009f]*$/i;
const CALL = 'bot.sendMessage';

/** Checks the arguments of `bot.sendMessage` and makes its action. */
export function messageAction(text: unknown, buttons: unknown, attachments: unknown): object {
  const action: { __proto__: null; type: string; text?: string; buttons?: object; attachments?: object } = {
    __proto__: null,
    type: 'send_message',
  };
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
    refuse(`${CALL}: a message needs a text, buttons or an attachment, got ${describe(text)}`);
  }
  return action;
}

function textArgument(text: unknown): string {
  if (text === null || text === undefined) return '';
  if (typeof text === 'number' && isFinite(text)) return toText(text);
  if (typeof text !== 'string') return refuse(`${CALL}: the text must be a string, got ${describe(text)}`);
  if (text.length > MAX_TEXT_LENGTH) return refuse(`${CALL}: the text is longer than ${MAX_TEXT_LENGTH} characters`);
  return wellFormed(CALL, text);
}

function buttonRows(rows: unknown): List<List<object>> {
  if (!isArray(rows)) return refuse(`${CALL}: buttons are an array of rows, got ${describe(rows)}`);
  const result = list<List<object>>();
  let count = 0;
  for (let at = 0; at < rows.length; at += 1) {
    const row: unknown = rows[at];
    if (!isArray(row)) return refuse(`${CALL}: row ${at + 1} of the buttons must be an array, got ${describe(row)}`);
    const line = list<object>();
    for (let index = 0; index < row.length; index += 1) {
      add(line, button(row[index], `button ${index + 1} of row ${at + 1}`));
      count += 1;
    }
    if (count > MAX_BUTTONS) return refuse(`${CALL}: more than ${MAX_BUTTONS} buttons`);
    if (line.length > 0) add(result, line);
  }
  return result;
}

function button(value: unknown, where: string): object {
  if (typeof value !== 'object' || value === null) {
    return refuse(`${CALL}: ${where} must be { text, callback_data }, got ${describe(value)}`);
  }
  const { text, callback_data: data, url, web_app: app } = value as Readonly<Record<string, unknown>>;
  const words = buttonText(text, `text of ${where}`);
  // A button without data sends its own text, as a person who typed it would.
  const result: { __proto__: null; text: string; callback_data: string; url?: string; web_app?: object } = {
    __proto__: null,
    text: words,
    callback_data: data === undefined || data === null ? words : buttonText(data, `callback_data of ${where}`),
  };
  if (url !== undefined && url !== null) result.url = link(url, `url of ${where}`);
  if (app !== undefined && app !== null) {
    const address = typeof app === 'object' ? (app as { url?: unknown }).url : app;
    result.web_app = { __proto__: null, url: link(address, `web_app of ${where}`) } as object;
  }
  return result;
}

function buttonText(value: unknown, where: string): string {
  const text = typeof value === 'number' && isFinite(value) ? toText(value) : value;
  if (typeof text !== 'string' || text === '') {
    return refuse(`${CALL}: the ${where} must be a non-empty string, got ${describe(value)}`);
  }
  if (text.length > MAX_BUTTON_LENGTH)
    return refuse(`${CALL}: the ${where} is longer than ${MAX_BUTTON_LENGTH} characters`);
  return wellFormed(CALL, text);
}

function link(value: unknown, where: string): string {
  if (typeof value !== 'string' || value.length > MAX_URL_LENGTH || !testRegExp(LINK, value)) {
    return refuse(`${CALL}: the ${where} must be a link that starts with http:// or https://`);
  }
  return wellFormed(CALL, value);
}

function attachmentList(files: unknown): List<object> {
  if (!isArray(files)) return refuse(`${CALL}: attachments are an array, got ${describe(files)}`);
  if (files.length > MAX_ATTACHMENTS) return refuse(`${CALL}: more than ${MAX_ATTACHMENTS} attachments`);
  const result = list<object>();
  for (let index = 0; index < files.length; index += 1)
    add(result, attachment(files[index], `attachment ${index + 1}`));
  return result;
}

function attachment(value: unknown, where: string): object {
  if (typeof value !== 'object' || value === null) {
    return refuse(`${CALL}: ${where} must be { type, url }, got ${describe(value)}`);
  }
  const { type, url, name } = value as { type?: unknown; url?: unknown; name?: unknown };
  if (type !== 'image' && type !== 'video' && type !== 'audio' && type !== 'file') {
    return refuse(`${CALL}: the type of ${where} must be "image", "video", "audio" or "file"`);
  }
  const address = link(url, `url of ${where}`);
  const result: { __proto__: null; type: string; url: string; name?: string } = {
    __proto__: null,
    type,
    url: address,
  };
  if (name === undefined || name === null) return result;
  if (typeof name !== 'string' || name.length > MAX_NAME_LENGTH) {
    return refuse(`${CALL}: the name of ${where} must be a string of at most ${MAX_NAME_LENGTH} characters`);
  }
  if (name !== '') result.name = wellFormed(CALL, name);
  return result;
}
