import type { Difference } from './compare-outcomes.ts';
import type { Deed } from './scenario-schema.ts';

const WHAT: Readonly<Record<Difference['what'], string>> = {
  sees: 'what the lead sees',
  scripts: 'scripts',
  mode: 'mode of the dialog',
  header: "attributes in the operator's header",
  deed: 'this could not be done',
};

/** A difference as a person reads it: `-` was recorded, `+` happened now. */
export function differenceText({ step, deed, what, expected, got }: Difference): string {
  const head = `step ${step}, ${deedText(deed)}: ${WHAT[what]}`;
  if (what === 'deed') return [head, ...got.map((line) => `  + ${line}`)].join('\n');
  const same = new Set(expected.filter((line) => got.includes(line)));
  const lines = [
    ...expected.map((line) => `  ${same.has(line) ? ' ' : '-'} ${line}`),
    ...got.filter((line) => !same.has(line)).map((line) => `  + ${line}`),
  ];
  const isOrder = same.size === expected.length && same.size === got.length;
  return [isOrder ? `${head} (another order)` : head, ...lines].join('\n');
}

/** A deed in a few words. */
export function deedText(deed: Deed): string {
  switch (deed.does) {
    case 'say':
      return `the lead says "${deed.text ?? deed.files?.[0]?.url ?? ''}"`;
    case 'status':
      return `operator ${deed.operator} is ${deed.status}`;
    case 'reply':
      return `operator ${deed.operator} answers "${deed.text}"`;
    case 'file':
      return `operator ${deed.operator} sends ${deed.name ?? deed.url}`;
    case 'transfer':
      return `operator ${deed.operator} hands over to ${deed.to}`;
    case 'hold':
      return 'LiveTex asks to wait';
    case 'read':
      return `operator ${deed.operator} reads`;
    case 'close':
      return `operator ${deed.operator} closes the dialog`;
  }
}
