import type { AnyNode } from 'acorn';
import { hasSnippets } from '../../sandbox/expand-snippets.ts';
import { keyOf, ScriptTree } from './script-tree.ts';

/**
 * The functions that a library exports, when its text says all of them: nothing is certain of one that makes them while it
 * runs. One that names neither `module` nor `exports` exports none, whatever it declares: what such a library brings, a
 * snippet pastes.
 */
export function exportsOf(name: string, code: string): Array<[string, ReadonlySet<string>]> {
  const tree = ScriptTree.of(code);
  if (tree === undefined) return [];
  const names = new Set<string>();
  let hasObject = false;
  /** `exports.parse`: by name, or undefined when it may be any. */
  const note = (outer: AnyNode, node: AnyNode): boolean => {
    const key =
      outer.type === 'MemberExpression' && outer.object === node ? keyOf(outer.property, outer.computed) : undefined;
    if (key !== undefined) names.add(key);
    return key !== undefined;
  };
  for (const node of tree.nodes) {
    const outer = tree.parentOf(node);
    if (node.type === 'MemberExpression' && isExports(node)) {
      if (outer?.type !== 'AssignmentExpression' || outer.left !== node) {
        if (outer === undefined || !note(outer, node)) return [];
        continue;
      }
      const value = tree.valueOf(outer.right);
      if (hasObject || value.type !== 'ObjectExpression') return [];
      for (const part of value.properties) {
        const key = part.type === 'Property' && !part.computed ? keyOf(part.key, false) : undefined;
        if (key === undefined) return [];
        names.add(key);
      }
      // What a named object gets elsewhere, `lib.more = …`, is exported too.
      const { right } = outer;
      if (right.type === 'Identifier' && !notedUses(tree, right.name, note)) return [];
      hasObject = true;
    } else if (node.type === 'Identifier' && node.name === 'exports' && !isKey(node, outer)) {
      if (outer === undefined || !note(outer, node)) return [];
    }
  }
  const isOpen = tree.nodes.some((node) => node.type === 'Identifier' && OPENING.has(node.name));
  return names.size > 0 || hasObject || (!isOpen && !hasSnippets(code)) ? [[name, names]] : [];
}

/** Names by which a library may get at its exports unseen. */
const OPENING: ReadonlySet<string> = new Set(['module', 'exports', 'arguments', 'eval']);

/** Notes the members of a named object; `false` when it is used in another way, which may give it any. */
function notedUses(tree: ScriptTree, name: string, note: (outer: AnyNode, node: AnyNode) => boolean): boolean {
  return tree.nodes.every((node) => {
    const outer = tree.parentOf(node);
    if (node.type !== 'Identifier' || node.name !== name || outer === undefined || isKey(node, outer)) return true;
    if (outer.type === 'VariableDeclarator') return outer.id === node;
    if (outer.type === 'AssignmentExpression') return outer.left === node || isExportsOf(outer.left);
    return note(outer, node);
  });
}

function isExportsOf(node: AnyNode): boolean {
  return node.type === 'MemberExpression' && isExports(node);
}

/** A name that is a key only: `module.exports`, `{ exports: 1 }`. */
function isKey(node: AnyNode, outer: AnyNode | undefined): boolean {
  if (outer?.type === 'MemberExpression') return outer.property === node && !outer.computed;
  return outer?.type === 'Property' && outer.key === node && outer.value !== node && !outer.computed;
}

function isExports(node: Extract<AnyNode, { type: 'MemberExpression' }>): boolean {
  return (
    node.object.type === 'Identifier' &&
    node.object.name === 'module' &&
    keyOf(node.property, node.computed) === 'exports'
  );
}
