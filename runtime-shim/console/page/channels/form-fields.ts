/** The form of a binding as a table: every field, how it is written, and in which fold it stands. Pure. */
import type { Text } from '../../../../plugin/contract/text.ts';
import type { Failure } from '../state/api.ts';

type FieldKind = 'text' | 'number' | 'lines' | 'pairs' | 'check' | 'secret' | 'select';

export interface FormField {
  /** Where it stands in the configuration. */
  readonly path: string;
  readonly kind: FieldKind;
  readonly options?: readonly string[];
}

/** The folds below the form's own fields, in their order. */
export const FOLDS = {
  address: [
    { path: 'id', kind: 'text' },
    { path: 'baseUrl', kind: 'text' },
    { path: 'apiVersion', kind: 'select', options: ['auto', '1.0', '1.1', '1.2'] },
    { path: 'webhook.publicUrl', kind: 'text' },
    { path: 'webhook.key', kind: 'secret' },
    { path: 'webhook.keep', kind: 'check' },
    { path: 'webhook.watchSeconds', kind: 'number' },
    { path: 'webhook.previousKey', kind: 'secret' },
  ],
  groups: [
    { path: 'group', kind: 'text' },
    { path: 'reserveGroups', kind: 'lines' },
    { path: 'schedule.timeZone', kind: 'text' },
    { path: 'schedule.hours', kind: 'pairs' },
    { path: 'schedule.days', kind: 'pairs' },
  ],
  leaving: [
    { path: 'exit.phrases', kind: 'lines' },
    { path: 'exit.script', kind: 'text' },
    { path: 'reopenOnOperatorText', kind: 'check' },
    { path: 'waiting.text', kind: 'text' },
    { path: 'waiting.everySeconds', kind: 'number' },
    { path: 'waiting.times', kind: 'number' },
    { path: 'safetyNet.scriptErrors', kind: 'number' },
    { path: 'safetyNet.misunderstandings', kind: 'number' },
    { path: 'pickupTimeout', kind: 'number' },
    { path: 'replyTimeout', kind: 'number' },
  ],
  words: [
    { path: 'notices.transferred', kind: 'text' },
    { path: 'notices.operatorConnected', kind: 'text' },
    { path: 'notices.returned', kind: 'text' },
    { path: 'notices.exited', kind: 'text' },
    { path: 'operatorNoteHeader', kind: 'text' },
    { path: 'header', kind: 'pairs' },
    { path: 'menuChoice', kind: 'select', options: ['code', 'code_and_caption'] },
  ],
  limits: [
    { path: 'bots', kind: 'lines' },
    { path: 'maxTextLength', kind: 'number' },
    { path: 'transferTimeout', kind: 'number' },
    { path: 'requestTimeoutMs', kind: 'number' },
    { path: 'maxInFlight', kind: 'number' },
  ],
} as const satisfies Readonly<Record<string, readonly FormField[]>>;

export type FoldName = keyof typeof FOLDS;

/** Above the folds, as people know them. */
export const MAIN_FIELDS = [
  { path: 'channelName', kind: 'text' },
  { path: 'botMessageHeader', kind: 'text' },
  { path: 'leadMessageHeader', kind: 'text' },
] as const satisfies readonly FormField[];

const TOKEN: FormField = { path: 'token', kind: 'secret' };
/** Channels that are ticked, one a line. */
const EXCLUDED: FormField = { path: 'excludedChannels', kind: 'lines' };
/** Every field of the form. */
export const ALL: readonly FormField[] = [...MAIN_FIELDS, EXCLUDED, TOKEN, ...Object.values(FOLDS).flat()];

/** An object of the configuration is there only if one of these of its fields says something. */
const MADE_BY: Readonly<Record<string, readonly string[]>> = {
  webhook: ['webhook.publicUrl'],
  schedule: ['schedule.timeZone', 'schedule.hours', 'schedule.days'],
  exit: ['exit.phrases'],
  waiting: ['waiting.text'],
  safetyNet: ['safetyNet.scriptErrors', 'safetyNet.misunderstandings'],
};

/** What stands in the fields, by path. A check is `yes` or empty. */
export type FormValues = Readonly<Record<string, string>>;

/** The fields of a binding's settings; of the parts that it lacks, and of secrets, empty ones. */
export function valuesOf(settings: unknown, fields: readonly FormField[] = ALL): FormValues {
  return Object.fromEntries(fields.map((field) => [field.path, textOf(field, valueAt(settings, field.path))]));
}

function valueAt(settings: unknown, path: string): unknown {
  let value = settings;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

function textOf({ kind, path }: FormField, value: unknown): string {
  if (kind === 'check') return (value ?? path === 'webhook.keep') === true ? 'yes' : '';
  if (value === undefined || value === null) return '';
  if (kind === 'lines') return Array.isArray(value) ? value.join('\n') : '';
  if (kind === 'pairs' && typeof value === 'object') {
    return Object.entries(value)
      .map(([name, one]) => `${name} = ${pairText(one)}`)
      .join('\n');
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

function pairText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The binding as the configuration file would have it. What is wrong in it is told by the server, at its field. */
export function bindingOf(values: FormValues): Readonly<Record<string, unknown>> {
  const binding: Record<string, unknown> = {};
  for (const field of ALL) {
    const [first = '', second] = field.path.split('.');
    const makers = second === undefined ? undefined : MADE_BY[first];
    if (makers !== undefined && makers.every((path) => (values[path] ?? '').trim() === '')) continue;
    const value = valueOf(field, values[field.path] ?? '');
    if (value === undefined) continue;
    if (second === undefined) binding[first] = value;
    else binding[first] = { ...(binding[first] as object | undefined), [second]: value };
  }
  return binding;
}

/** Empty texts that mean something: no line above a message. Other empty fields are left to their defaults. */
const MAY_BE_EMPTY = new Set(['botMessageHeader', 'leadMessageHeader', 'excludedChannels', 'header', 'reserveGroups']);

/** What a field says; `undefined`: nothing, so that its default holds. */
export function valueOf({ kind, path }: FormField, text: string): unknown {
  if (kind === 'check') return text === 'yes';
  if (text.trim() === '' && !MAY_BE_EMPTY.has(path) && !path.startsWith('notices.')) return undefined;
  if (kind === 'number') return Number.isNaN(Number(text)) ? text : Number(text);
  if (kind === 'lines') return linesIn(text);
  if (kind === 'pairs') return Object.fromEntries(linesIn(text).map(pairIn));
  return text;
}

function linesIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function pairIn(line: string): [string, unknown] {
  const at = line.indexOf('=');
  if (at === -1) return [line, ''];
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

/** The paths whose values differ. */
export function changedPaths(
  one: FormValues,
  other: FormValues,
  fields: readonly Pick<FormField, 'path'>[] = ALL,
): string[] {
  return fields.map(({ path }) => path).filter((path) => (one[path] ?? '') !== (other[path] ?? ''));
}

/** What the form shows once somebody else has changed the binding: theirs, and one's own where one changed something. */
export function mergedValues(
  base: FormValues,
  theirs: FormValues,
  mine: FormValues,
  fields: readonly Pick<FormField, 'path'>[] = ALL,
): FormValues {
  const own = new Set(changedPaths(base, mine, fields));
  return Object.fromEntries(fields.map(({ path }) => [path, (own.has(path) ? mine : theirs)[path] ?? '']));
}

/** The field that a problem of the server belongs to: `binding.exit.phrases[0]` → `exit.phrases`; `undefined`: none of the form. */
export function fieldOf(problemPath: string): string | undefined {
  const path = problemPath.replace(/^binding\.?/, '').replaceAll(/\[\d+\]/g, '');
  return ALL.map((field) => field.path)
    .filter((known) => path === known || path.startsWith(`${known}.`))
    .toSorted((one, other) => other.length - one.length)
    .at(0);
}

/** The fold in which a field stands; `undefined`: above them. */
export function foldOf(path: string): FoldName | undefined {
  return (Object.keys(FOLDS) as FoldName[]).find((name) => FOLDS[name].some((field) => field.path === path));
}

/** What is wrong, by the form's field; the first of each. `ofPath`: the field of a path, if it is one of the form. */
export function problemsByField(
  failure: Failure | null,
  ofPath: (path: string) => string | undefined,
): Map<string, Text> {
  const found = new Map<string, Text>();
  for (const { path, text } of failure?.fields ?? []) {
    const field = ofPath(path);
    if (field !== undefined && !found.has(field)) found.set(field, text);
  }
  return found;
}
