import { type AnyNode, type CallExpression, parse } from 'acorn';

/** A script is the body of a function. What wraps it stands on its first line, so that lines stay what they are. */
const BEFORE = '(function () {';
const AFTER = '\n})';

/** A script's text as a tree, with what is known of its names without running it. */
export class ScriptTree {
  readonly code: string;
  /** All nodes of the script, those further up first. */
  readonly nodes: readonly AnyNode[];
  private readonly parents = new Map<AnyNode, AnyNode>();
  /** What each name is given: a value, or `undefined` when that is not known. */
  private known: readonly Call[] | undefined;
  private readonly given = new Map<string, Array<AnyNode | undefined>>();

  private constructor(code: string, root: AnyNode) {
    this.code = code;
    const nodes: AnyNode[] = [];
    const left = [root];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      nodes.push(node);
      for (const child of childrenOf(node).toReversed()) {
        this.parents.set(child, node);
        left.push(child);
      }
    }
    this.nodes = nodes;
    for (const node of nodes) this.note(node);
  }

  /** `undefined` for what the parser does not know: V8 has compiled it, and it may be newer. */
  static of(code: string): ScriptTree | undefined {
    try {
      const program = parse(BEFORE + code + AFTER, { ecmaVersion: 'latest', sourceType: 'script' });
      const [statement] = program.body;
      return statement?.type === 'ExpressionStatement' && statement.expression.type === 'FunctionExpression'
        ? new ScriptTree(code, statement.expression.body)
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** Where a text that V8 compiles gives a value to the result of a call, which the parser refuses; `undefined`: nowhere. */
  static assignedCallIn(code: string): number | undefined {
    try {
      parse(BEFORE + code + AFTER, { ecmaVersion: 'latest', sourceType: 'script' });
      return undefined;
    } catch (error) {
      const isThis = error instanceof SyntaxError && 'pos' in error && error.message.startsWith('Assigning to rvalue');
      return isThis ? Number(error.pos) - BEFORE.length : undefined;
    }
  }

  /** Where a node begins, and ends, in the script's own text. */
  startOf(node: AnyNode): number {
    return node.start - BEFORE.length;
  }

  endOf(node: AnyNode): number {
    return node.end - BEFORE.length;
  }

  textOf(node: AnyNode): string {
    return this.code.slice(this.startOf(node), this.endOf(node));
  }

  parentOf(node: AnyNode): AnyNode | undefined {
    return this.parents.get(node);
  }

  /** The nodes around one, the nearest first. */
  *around(node: AnyNode): Generator<AnyNode> {
    for (let outer = this.parents.get(node); outer !== undefined; outer = this.parents.get(outer)) yield outer;
  }

  /** The outermost node that begins at an offset. */
  nodeAt(offset: number): AnyNode | undefined {
    return this.nodes.find((node) => this.startOf(node) === offset && node.type !== 'BlockStatement');
  }

  /** Does the script give a value to this name, with or without declaring it? */
  gives(name: string): boolean {
    return this.given.has(name);
  }

  /** The names that the script gives values to. */
  get names(): Iterable<string> {
    return this.given.keys();
  }

  /** The value of a name that is given one only once; anything else as it is. */
  valueOf(node: AnyNode): AnyNode {
    if (node.type !== 'Identifier') return node;
    const [value, another] = this.given.get(node.name) ?? [];
    return value === undefined || another !== undefined || this.given.get(node.name)?.length !== 1 ? node : value;
  }

  /** A text that stands in the script as it is. */
  literal(node: AnyNode | undefined): string | undefined {
    if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
    if (node?.type === 'TemplateLiteral' && node.expressions.length === 0)
      return node.quasis[0]?.value.cooked ?? undefined;
    return undefined;
  }

  /** Calls of `object.method`, where the script itself has nothing of the object's name: `lead.getAttr`. */
  get calls(): readonly Call[] {
    this.known ??= this.nodes.flatMap((node): Call[] => {
      if (node.type !== 'CallExpression') return [];
      const { callee } = node;
      if (callee.type === 'Identifier')
        return this.gives(callee.name) ? [] : [{ object: '', method: callee.name, node }];
      if (callee.type !== 'MemberExpression') return [];
      const method = keyOf(callee.property, callee.computed);
      const object = this.ownerOf(callee.object);
      return method === undefined || object === undefined ? [] : [{ object, method, node }];
    });
    return this.known;
  }

  /** The global that a value is, or that a chain of its methods begins with: `lead.setAttr(…).addTag(…)`. */
  private ownerOf(node: AnyNode): string | undefined {
    if (node.type === 'Identifier') return this.gives(node.name) ? undefined : node.name;
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
    const method = keyOf(node.callee.property, node.callee.computed);
    // Only what returns its own object: `lead.getAttr('a').trim()` is a text's method.
    return method !== undefined && /^(?:set|add|delete|remove)/.test(method)
      ? this.ownerOf(node.callee.object)
      : undefined;
  }

  private note(node: AnyNode): void {
    if (node.type === 'VariableDeclarator') {
      const outer = this.parentOf(this.parentOf(node) ?? node);
      const isLoop = outer?.type === 'ForInStatement' || outer?.type === 'ForOfStatement';
      this.give(node.id, node.init ?? undefined, (node.init !== null && node.init !== undefined) || isLoop);
    } else if (node.type === 'AssignmentExpression') {
      this.give(node.left, node.operator === '=' ? node.right : undefined);
    } else if (node.type === 'UpdateExpression') this.give(node.argument, undefined);
    else if (node.type === 'ForInStatement' || node.type === 'ForOfStatement') this.give(node.left, undefined);
    else if (node.type === 'CatchClause' && node.param) this.give(node.param, undefined);
    else if (node.type === 'ClassDeclaration' && node.id) this.give(node.id, undefined);
    if (node.type === 'FunctionDeclaration' && node.id) this.give(node.id, node);
    if (
      node.type === 'FunctionDeclaration' ||
      node.type === 'FunctionExpression' ||
      node.type === 'ArrowFunctionExpression'
    ) {
      if (node.type === 'FunctionExpression' && node.id) if (node.id) this.give(node.id, undefined);
      for (const parameter of node.params) this.give(parameter, undefined);
    }
  }

  /** A declaration without a value (`var a;`) only makes the name known. */
  private give(to: AnyNode, value: AnyNode | undefined, counts = true): void {
    if (to.type === 'Identifier') {
      const values = this.given.get(to.name) ?? [];
      if (counts) values.push(value);
      this.given.set(to.name, values);
    } else if (to.type === 'MemberExpression') {
      const key = keyOf(to.property, to.computed);
      const isGlobal =
        to.object.type === 'ThisExpression' ||
        (to.object.type === 'Identifier' && (to.object.name === 'globalThis' || to.object.name === 'self'));
      if (isGlobal && key !== undefined) this.give({ ...to, type: 'Identifier', name: key }, undefined);
    } else if (to.type === 'ObjectPattern') {
      for (const part of to.properties) this.give(part.type === 'Property' ? part.value : part.argument, undefined);
    } else if (to.type === 'ArrayPattern') {
      for (const part of to.elements) if (part !== null) this.give(part, undefined);
    } else if (to.type === 'AssignmentPattern') this.give(to.left, undefined);
    else if (to.type === 'RestElement') this.give(to.argument, undefined);
  }
}

/** A call of one of the platform's objects; `object` is empty for a plain function. */
export interface Call {
  readonly object: string;
  readonly method: string;
  readonly node: CallExpression;
}

/** The name of a property, when it stands there. */
export function keyOf(node: AnyNode, isComputed: boolean): string | undefined {
  if (node.type === 'Identifier' && !isComputed) return node.name;
  return node.type === 'Literal' ? String(node.value) : undefined;
}

/** The code that `bot.run({ script_code })` or `bot.runScriptByCodeForLead(code)` names. */
export function scriptCodeOf(first: AnyNode | undefined): AnyNode | undefined {
  if (first?.type !== 'ObjectExpression') return first;
  const part = first.properties.find(
    (one) => one.type === 'Property' && keyOf(one.key, one.computed) === 'script_code',
  );
  return part?.type === 'Property' ? part.value : undefined;
}

/** Is a node a function, whose own `return` is not the script's? */
export function isFunction(node: AnyNode): boolean {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  );
}

function childrenOf(node: AnyNode): AnyNode[] {
  const children: AnyNode[] = [];
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) children.push(...(value as unknown[]).filter(isNode));
    else if (isNode(value)) children.push(value);
  }
  return children;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
