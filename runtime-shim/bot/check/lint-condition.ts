import type { Text } from '../../../plugin/contract/text.ts';
import { CHECK_TEXTS } from './check-texts.ts';
import type { AnyNode } from 'acorn';
import { isFunction, keyOf, ScriptTree } from './script-tree.ts';

/** Why a condition can never let anything through, in words; `undefined` when it may. */
export function conditionProblem(code: string): { readonly rule: string; readonly text: Text } | undefined {
  const tree = ScriptTree.of(code);
  if (tree === undefined || code.trim() === '') return undefined;
  const values = tree.nodes.filter((node) => node.type === 'ReturnStatement' && !isInFunction(tree, node));
  if (values.length === 0) {
    return { rule: 'condition-no-return', text: CHECK_TEXTS.conditionWithoutReturn };
  }
  const may = values.some((node) => {
    return node.type === 'ReturnStatement' && node.argument ? mayBeTrue(tree, node.argument, MAX_STEPS) : false;
  });
  if (may) return undefined;
  return { rule: 'condition-never-true', text: CHECK_TEXTS.conditionNeverTrue };
}

function isInFunction(tree: ScriptTree, node: AnyNode): boolean {
  for (const outer of tree.around(node)) if (isFunction(outer)) return true;
  return false;
}

/** Names that stand for names that stand for names: so far they are followed. */
const MAX_STEPS = 10;
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '===', '!==', '<', '>', '<=', '>=', 'in', 'instanceof']);
const OBJECTS: ReadonlySet<string> = new Set([
  'TemplateLiteral',
  'ArrayExpression',
  'ObjectExpression',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassExpression',
  'NewExpression',
  'UpdateExpression',
]);
const NUMBER_AND_TEXT: ReadonlySet<string> = new Set(['Number', 'String', 'parseInt', 'parseFloat']);
/** Methods of `lead`, `bot` and `memory` that return a text, a number, a list or nothing. */
const NO_BOOLEANS: ReadonlySet<string> = new Set([
  'getAttr',
  'getIntAttr',
  'getFloatAttr',
  'getChannelCode',
  'getAllAttr',
  'getAllTags',
]);
/** Methods of a text that return no boolean. */
const OF_TEXTS: ReadonlySet<string> = new Set([
  'match',
  'indexOf',
  'search',
  'trim',
  'toLowerCase',
  'toUpperCase',
  'slice',
]);

/** May an expression be exactly `true`? In doubt it may. */
function mayBeTrue(tree: ScriptTree, given: AnyNode, steps: number): boolean {
  const node = tree.valueOf(given);
  const inner = (of: AnyNode): boolean => steps === 0 || mayBeTrue(tree, of, steps - 1);
  if (OBJECTS.has(node.type)) return false;
  switch (node.type) {
    case 'Literal':
      return node.value === true;
    case 'Identifier':
      return tree.gives(node.name) || !['undefined', 'NaN', 'Infinity'].includes(node.name);
    case 'UnaryExpression':
      return node.operator === '!' || node.operator === 'delete';
    case 'BinaryExpression':
      return COMPARISONS.has(node.operator);
    case 'LogicalExpression':
      return inner(node.right) || (node.operator !== '&&' && inner(node.left));
    case 'ConditionalExpression':
      return inner(node.consequent) || inner(node.alternate);
    case 'AssignmentExpression':
      return node.operator === '=' ? inner(node.right) : /^(?:&&|\|\||\?\?)=$/.test(node.operator);
    case 'SequenceExpression':
      return node.expressions.slice(-1).some(inner);
    case 'CallExpression':
      return !isNoBoolean(tree, node);
    case 'MemberExpression':
      return keyOf(node.property, node.computed) !== 'length' && !isOfPlatform(tree, node.object);
    default:
      return true;
  }
}

/** The platform's objects have functions, which are none of them `true`. */
function isOfPlatform(tree: ScriptTree, node: AnyNode): boolean {
  return node.type === 'Identifier' && /^(?:lead|bot|memory|livetex)$/.test(node.name) && !tree.gives(node.name);
}

function isNoBoolean(tree: ScriptTree, node: AnyNode): boolean {
  const call = tree.calls.find((one) => one.node === node);
  if (call !== undefined) {
    if (call.object === '') return NUMBER_AND_TEXT.has(call.method);
    return ['lead', 'bot', 'memory'].includes(call.object) && NO_BOOLEANS.has(call.method);
  }
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const method = keyOf(node.callee.property, node.callee.computed);
  const of = tree.valueOf(node.callee.object);
  const isText = tree.literal(of) !== undefined || (of.type === 'CallExpression' && isNoBoolean(tree, of));
  return isText && method !== undefined && OF_TEXTS.has(method);
}
