/**
 * The parts of a `bot.json` that refer to each other or to files, read from the raw JSON: so that an unknown script code
 * is reported together with a missing field elsewhere, and not after it was mended.
 */
import { scriptTypeOf, type ScriptType } from '../../../plugin/contract/script-types.ts';

export interface Found {
  readonly value: string;
  readonly path: readonly PropertyKey[];
}

export interface BotOutline {
  readonly codes: readonly Found[];
  readonly types: ReadonlySet<ScriptType>;
  /** Menu items, routes and `run_sentence`: a script's code or a type. */
  readonly scriptNames: readonly Found[];
  readonly files: readonly Found[];
  readonly endpoints: readonly Found[];
  readonly conditions: readonly Found[];
  readonly regexes: readonly Found[];
  /** The item codes of each menu. */
  readonly menus: ReadonlyArray<readonly Found[]>;
}

/** Never fails: what has the wrong shape is left to the schema. */
export function outlineOf(raw: unknown): BotOutline {
  const outline = {
    codes: [] as Found[],
    types: new Set<ScriptType>(),
    scriptNames: [] as Found[],
    files: [] as Found[],
    endpoints: [] as Found[],
    conditions: [] as Found[],
    regexes: [] as Found[],
    menus: [] as Found[][],
  };
  const root = fieldsOf(raw);
  for (const [index, script] of listOf(root['scripts']).entries()) {
    const path = ['scripts', index];
    collect(outline.codes, script, 'code', path);
    const type = script['type'];
    outline.types.add((typeof type === 'string' ? scriptTypeOf(type) : undefined) ?? 'standard');
    for (const [number, command] of listOf(script['commands']).entries()) {
      const at = [...path, 'commands', number];
      if (command['type'] === 'run_sentence') collect(outline.scriptNames, command, 'script', at);
      if (command['type'] === 'run_javascript' || command['type'] === 'run_js_callback')
        collect(outline.files, command, 'file', at);
      if (command['type'] === 'value_input') {
        collect(outline.scriptNames, command, 'onFailed', at);
        collect(outline.scriptNames, command, 'onTimeout', at);
        collect(outline.scriptNames, fieldsOf(command['cancel']), 'script', [...at, 'cancel']);
        collect(outline.regexes, command, 'pattern', at);
      }
      collect(outline.conditions, command, 'condition', at);
    }
    const menu: Found[] = [];
    for (const [number, item] of listOf(script['menu']).entries()) {
      const at = [...path, 'menu', number];
      collect(menu, item, 'code', at);
      collect(outline.scriptNames, item, 'script', at);
      collect(outline.conditions, item, 'condition', at);
    }
    outline.menus.push(menu);
  }
  for (const [index, endpoint] of listOf(root['endpoints']).entries()) {
    collect(outline.endpoints, endpoint, 'alias', ['endpoints', index]);
    collect(outline.files, endpoint, 'file', ['endpoints', index]);
  }
  for (const [index, route] of listOf(root['routes']).entries()) {
    collect(outline.scriptNames, route, 'script', ['routes', index]);
    collect(outline.regexes, route, 'regex', ['routes', index]);
  }
  return outline;
}

function collect(into: Found[], from: Record<string, unknown>, key: string, path: readonly PropertyKey[]): void {
  const value = from[key];
  if (typeof value === 'string' && value !== '') into.push({ value, path: [...path, key] });
}

export function listOf(value: unknown): Array<Record<string, unknown>> {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
