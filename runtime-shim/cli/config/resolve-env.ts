/** `{ "env": "NAME" }` in place of a string: the value comes from the environment, and never appears in a message. */

export interface EnvProblem {
  readonly path: ReadonlyArray<string | number>;
  readonly message: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A copy with the references replaced. Where one has a problem, `instead` stands in the copy. */
export function resolveEnv(
  value: unknown,
  env: Environment,
  instead?: string,
): { value: unknown; problems: EnvProblem[] } {
  const problems: EnvProblem[] = [];
  const walk = (node: unknown, path: ReadonlyArray<string | number>): unknown => {
    if (Array.isArray(node)) return node.map((item: unknown, index) => walk(item, [...path, index]));
    if (typeof node !== 'object' || node === null) return node;
    if (Object.hasOwn(node, 'env')) {
      const found = lookUp(node as Record<string, unknown>, env);
      if (typeof found === 'string') return found;
      problems.push({ path, message: found.problem });
      return instead;
    }
    // fromEntries defines "__proto__" as an ordinary key, so that the schema reports it as unknown.
    return Object.fromEntries(
      Object.entries(node).map(([key, item]: [string, unknown]) => [key, walk(item, [...path, key])]),
    );
  };
  return { value: walk(value, []), problems };
}

function lookUp(reference: Record<string, unknown>, env: Environment): string | { problem: string } {
  const name = reference['env'];
  if (Object.keys(reference).length > 1) return { problem: 'an { "env": "NAME" } has no other keys' };
  if (typeof name !== 'string' || name === '')
    return { problem: '{ "env": … } needs the name of a variable, a string' };
  const value = env[name];
  if (value === undefined) return { problem: `the environment variable ${name} is not set` };
  if (value === '') return { problem: `the environment variable ${name} is empty` };
  return value;
}
