import type { AnyNode, Property } from 'acorn';
import { same, type Text } from '../../../plugin/contract/text.ts';
import { nearestName, question } from '../../names.ts';
import { CHECK_TEXTS, TAKES } from './check-texts.ts';
import type { AddProblem as Add } from './script-problem.ts';
import { type Call, keyOf, type ScriptTree } from './script-tree.ts';

/** Longest text that messengers take in one message, UTF-16 units: Telegram's. Longer ones come in parts or not at all. */
export const MESSENGER_TEXT = 4_096;

/** What the platform certainly refuses, or does not look at, in the arguments of its calls: no type says it, or none so well. */
export function lintArguments(tree: ScriptTree, add: Add): void {
  for (const call of tree.calls) {
    lintKeys(tree, call, add);
    if (call.object === 'lead' && /^set(?:AllLiveTexAttrs|LiveTex(?:Hidden)?Attr)$/.test(call.method)) {
      lintLiveTexAttributes(tree, call, add);
    } else if (/^(?:lead|bot|memory)$/.test(call.object)) lintNamed(tree, call, add);
    if (call.object === 'bot' && call.method === 'sendMessage') lintMessage(tree, call, add);
    if (call.object === 'bot' && /^schedule(?:Job|Script)$/.test(call.method)) lintMoment(tree, call, add);
  }
}

/** An object among the arguments of a call: what it may have, without what it is worth nothing. */
interface Shape {
  readonly keys: readonly string[];
  /** One of these must be there. Empty: none need be. */
  readonly needed: readonly string[];
  /** An unknown key fails the call, or makes it do something else than is written. */
  readonly isStrict: boolean;
}
const JOB: Shape = {
  keys: [
    'script_code',
    'lead_id',
    'run_at',
    'run_after_sec',
    'is_periodic',
    'repeat_interval_sec',
    'condition_script_code',
    'add_tags',
    'remove_tags',
    'script_request_params',
    'ticket_id',
    'trigger_code',
  ],
  needed: ['script_code'],
  isStrict: true,
};
/** By `object.method` and the argument's place. */
const SHAPES: Readonly<Record<string, Readonly<Record<number, Shape>>>> = {
  'bot.run': { 0: { keys: ['script_code', 'script_id'], needed: ['script_code', 'script_id'], isStrict: false } },
  'bot.scheduleJob': { 0: JOB },
  'bot.scheduleScript': { 3: { ...JOB, needed: [] } },
  'bot.removeScheduledJobs': { 0: { keys: ['script_code'], needed: [], isStrict: true } },
  'bot.sendMessage': {
    1: { keys: ['text', 'callback_data', 'url', 'web_app', 'line_num'], needed: ['text'], isStrict: false },
    2: { keys: ['type', 'url', 'name'], needed: ['url'], isStrict: false },
  },
  'livetex.transferToOperator': {
    0: { keys: ['group', 'reserve', 'ignoreOffline', 'reason'], needed: [], isStrict: true },
  },
  'livetex.leaveMessage': { 0: { keys: ['group', 'reason'], needed: [], isStrict: true } },
};

function lintKeys(tree: ScriptTree, { object, method, node }: Call, add: Add): void {
  const shapes = SHAPES[`${object}.${method}`] ?? {};
  for (const [place, shape] of Object.entries(shapes)) {
    for (const given of objectsIn(tree, node.arguments[Number(place)])) {
      const parts = given.properties.filter((part): part is Property => part.type === 'Property' && !part.computed);
      if (parts.length < given.properties.length) continue;
      const keys = new Set(parts.map(({ key }) => keyOf(key, false) ?? ''));
      const isWhole = shape.needed.length === 0 || shape.needed.some((key) => keys.has(key));
      for (const part of parts) {
        const key = keyOf(part.key, false) ?? '';
        if (shape.keys.includes(key)) continue;
        const known = shape.keys.filter((one) => !keys.has(one));
        const meant = known.find((one) => one.startsWith(key) && key.length > 2) ?? nearestName(key, known);
        const text = CHECK_TEXTS.unknownKey(`${object}.${method}`, key, question(meant), shape.keys.join(', '));
        add('unknown-key', part, text, isWhole && !shape.isStrict);
      }
    }
  }
}

/** As the platform reads it (`globals/schedule.guest.ts`). */
const RUN_AT = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2})?$/;

/** A time that is written in another way. */
function lintMoment(tree: ScriptTree, { method, node }: Call, add: Add): void {
  for (const part of node.arguments.flatMap((given) => objectsIn(tree, given)).flatMap((one) => one.properties)) {
    if (part.type !== 'Property' || keyOf(part.key, part.computed) !== 'run_at') continue;
    const moment = tree.literal(part.value);
    if (moment === undefined || moment === '' || RUN_AT.test(moment.trim())) continue;
    add('schedule-time', part.value, CHECK_TEXTS.momentRefused(`bot.${method}`, moment));
  }
}

/** The objects that stand in an argument, in lists and lists of lists too. */
function objectsIn(
  tree: ScriptTree,
  given: AnyNode | undefined,
): Array<Extract<AnyNode, { type: 'ObjectExpression' }>> {
  if (given === undefined) return [];
  // A name's own object may get more keys before the call: what it has already is judged all the same.
  const node = tree.valueOf(given);
  if (node.type === 'ObjectExpression') {
    const items = numberedItems(node);
    if (items !== undefined) return items.flatMap((item) => objectsIn(tree, item));
    return node === given ? [node] : [];
  }
  if (node.type !== 'ArrayExpression') return [];
  return node.elements.flatMap((element) => (element === null ? [] : objectsIn(tree, element)));
}

/** What stands in `{ 0: …, 1: … }`, which the platform takes for a list. */
function numberedItems({ properties }: Extract<AnyNode, { type: 'ObjectExpression' }>): AnyNode[] | undefined {
  const items = properties.flatMap((part) =>
    part.type === 'Property' && /^\d+$/.test(keyOf(part.key, part.computed) ?? '') ? [part.value] : [],
  );
  return items.length > 0 && items.length === properties.length ? items : undefined;
}

/** Methods whose first argument is the name of something that is kept. */
const NAMED = /^(?:get|set|is|isset|delete|forceDelete|add)(?:\w*Attr|Tag|Context|AttrExist|TagExist|ContextExist)$/;

/** Attributes, tags and contexts: a name that is none, a value that cannot be kept. */
function lintNamed(tree: ScriptTree, { object, method, node }: Call, add: Add): void {
  const call = `${object}.${method}`;
  const [first, second] = node.arguments;
  if (!NAMED.test(method) || first === undefined) return;
  const key = tree.literal(first);
  if (key === '') add('attribute-key', first, CHECK_TEXTS.keyEmpty(call));
  if (
    object === 'lead' &&
    key !== undefined &&
    key.startsWith('sys_') &&
    /^(?:set|delete|forceDelete)\w*Attr$/.test(method)
  ) {
    add('attribute-key', first, CHECK_TEXTS.keySystem(call, key));
  }
  if (second === undefined || !/^set(?:Attr|Context|JsonAttr)$/.test(method)) return;
  const value = tree.valueOf(second);
  const words = refusedValue(tree, value);
  const isFine =
    (method === 'setContext' && words?.en === 'undefined') ||
    (method === 'setJsonAttr' && words?.en !== 'undefined' && words !== CHECK_TEXTS.refusedFunction);
  if (words === undefined || isFine) return;
  const isForJson =
    call === 'lead.setAttr' && (words === CHECK_TEXTS.refusedObject || words === CHECK_TEXTS.refusedList);
  const text = isForJson ? CHECK_TEXTS.valueForJson : CHECK_TEXTS.valueRefused;
  add('attribute-value', second, text(call, key ?? tree.textOf(first), words));
}

/** What certainly is refused when attributes are set for the operator: empty keys, values that are none. */
function lintLiveTexAttributes(tree: ScriptTree, { method, node }: Call, add: Add): void {
  const call = `lead.${method}`;
  const [first, second] = node.arguments;
  if (first === undefined || first.type === 'SpreadElement') return;
  const key = tree.literal(first);
  if (key !== undefined && method !== 'setAllLiveTexAttrs') {
    lintKey(call, key, first, add);
    if (second !== undefined) lintValue(tree, call, key, second, add);
    else add('attribute-value', first, CHECK_TEXTS.valueMissing(call, key));
    return;
  }
  const given = tree.valueOf(first);
  if (given.type !== 'ObjectExpression') return;
  for (const part of given.properties) {
    if (part.type !== 'Property' || part.kind !== 'init' || part.computed) continue;
    const name = keyOf(part.key, part.computed) ?? '';
    lintKey(call, name, part, add);
    lintValue(tree, call, name, part.value, add);
  }
}

function lintKey(call: string, key: string, at: AnyNode, add: Add): void {
  if (key === '') add('attribute-key', at, CHECK_TEXTS.keyEmpty(call));
  else if (key.trim() === '') add('attribute-key', at, CHECK_TEXTS.keyBlank(call), true);
}

function lintValue(tree: ScriptTree, call: string, key: string, given: AnyNode, add: Add): void {
  const words = refusedValue(tree, tree.valueOf(given));
  if (words === undefined) return;
  add('attribute-value', given, CHECK_TEXTS.valueRefused(call, key, words));
}

/** What a value is, when it certainly is none that an attribute can have. */
function refusedValue(tree: ScriptTree, value: AnyNode): Text | undefined {
  if (value.type === 'Identifier' && !tree.gives(value.name)) {
    return ['undefined', 'NaN', 'Infinity'].includes(value.name) ? same(value.name) : undefined;
  }
  if (value.type === 'UnaryExpression' && value.operator === 'void') return same('undefined');
  if (value.type === 'ObjectExpression') return CHECK_TEXTS.refusedObject;
  if (value.type === 'ArrayExpression') return CHECK_TEXTS.refusedList;
  if (value.type === 'FunctionExpression' || value.type === 'ArrowFunctionExpression')
    return CHECK_TEXTS.refusedFunction;
  if (value.type === 'Literal' && 'regex' in value && value.regex) return CHECK_TEXTS.refusedExpression;
  return value.type === 'NewExpression' ? CHECK_TEXTS.refusedObject : undefined;
}

function lintMessage(tree: ScriptTree, { node }: Call, add: Add): void {
  const [text, buttons, attachments] = node.arguments;
  const words = tree.literal(text);
  if (words !== undefined && words.length > MESSENGER_TEXT) {
    add('text-too-long', text ?? node, CHECK_TEXTS.textTooLong(words.length, MESSENGER_TEXT), true);
  }
  const isEmpty = words?.trim() === '' || isNothing(tree, text);
  if (isEmpty && buttons?.type === 'ArrayExpression' && buttons.elements.length > 0) {
    add('buttons-without-text', buttons, CHECK_TEXTS.buttonsWithoutText, true);
  }
  if (text !== undefined && (words === '' || isNothing(tree, text))) {
    const isAlone = [buttons, attachments].every((part) => part === undefined || isNothing(tree, part));
    if (isAlone) add('message-empty', text, CHECK_TEXTS.messageEmpty);
  }
  const given = text === undefined ? undefined : refusedValue(tree, text);
  if (text !== undefined && (given?.en === 'NaN' || given?.en === 'Infinity')) {
    add('message-empty', text, CHECK_TEXTS.doesNotTake('bot.sendMessage', given.en, TAKES['sendMessage']));
  }
  if (attachments?.type !== 'ArrayExpression') return;
  for (const file of attachments.elements) {
    if (file?.type !== 'ObjectExpression') continue;
    for (const part of file.properties) {
      const url = part.type === 'Property' && keyOf(part.key, part.computed) === 'url' ? part.value : undefined;
      const address = tree.literal(url);
      if (url === undefined || address === undefined || /^https?:\/\//i.test(address)) continue;
      add('relative-address', url, CHECK_TEXTS.noFileAddress(address));
    }
  }
}

/** `null`, `undefined` or an empty list, as it stands there. */
function isNothing(tree: ScriptTree, node: AnyNode | undefined): boolean {
  if (node?.type === 'ArrayExpression') return node.elements.length === 0;
  if (node?.type === 'Literal') return node.value === null && !('regex' in node && node.regex);
  return node?.type === 'Identifier' && node.name === 'undefined' && !tree.gives('undefined');
}
