import type { AnyNode } from 'acorn';
import type { AddProblem as Add } from './script-problem.ts';
import { keyOf, type ScriptTree } from './script-tree.ts';

/** What certainly is refused when attributes are set for the operator: empty keys, values that are none. */
export function lintAttributes(tree: ScriptTree, add: Add): void {
  for (const { object, method, node } of tree.calls) {
    if (object !== 'lead' || (method !== 'setLiveTexAttr' && method !== 'setAllLiveTexAttrs')) continue;
    const call = `lead.${method}`;
    const [first, second] = node.arguments;
    if (first === undefined || first.type === 'SpreadElement') continue;
    const key = tree.literal(first);
    if (key !== undefined && method === 'setLiveTexAttr') {
      lintKey(call, key, first, add);
      if (second !== undefined) lintValue(tree, call, key, second, add);
      else add('attribute-value', first, `${call}: the value of "${key}" is missing; null deletes it`);
      continue;
    }
    const given = tree.valueOf(first);
    if (given.type !== 'ObjectExpression') continue;
    for (const part of given.properties) {
      if (part.type !== 'Property' || part.kind !== 'init' || part.computed) continue;
      const name = keyOf(part.key, part.computed) ?? '';
      lintKey(call, name, part, add);
      lintValue(tree, call, name, part.value, add);
    }
  }
}

function lintKey(call: string, key: string, at: AnyNode, add: Add): void {
  if (key === '') add('attribute-key', at, `${call}: the name of an attribute must not be empty`);
  else if (key.trim() === '') add('attribute-key', at, `${call}: a name of spaces only: the operator sees none`, true);
}

function lintValue(tree: ScriptTree, call: string, key: string, given: AnyNode, add: Add): void {
  const words = refusedValue(tree, tree.valueOf(given));
  if (words === undefined) return;
  add(
    'attribute-value',
    given,
    `${call}: the value of "${key}" is ${words}; give a text, a number, true, false or null`,
  );
}

/** What a value is, when it certainly is none that an attribute can have. */
function refusedValue(tree: ScriptTree, value: AnyNode): string | undefined {
  if (value.type === 'Identifier' && !tree.gives(value.name)) {
    return ['undefined', 'NaN', 'Infinity'].includes(value.name) ? value.name : undefined;
  }
  if (value.type === 'UnaryExpression' && value.operator === 'void') return 'undefined';
  if (value.type === 'ObjectExpression') return 'an object';
  if (value.type === 'ArrayExpression') return 'a list';
  if (value.type === 'FunctionExpression' || value.type === 'ArrowFunctionExpression') return 'a function';
  if (value.type === 'Literal' && 'regex' in value && value.regex) return 'an expression';
  return value.type === 'NewExpression' ? 'an object' : undefined;
}
