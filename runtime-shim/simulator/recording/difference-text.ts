import type { Difference } from './compare-outcomes.ts';
import type { RecordedAction } from './recording-schema.ts';

const WHAT: Readonly<Record<Difference['what'], string>> = {
  sees: 'what the lead sees',
  scripts: 'scripts',
  mode: 'mode of the dialog',
  header: "attributes in the operator's header",
  deed: 'this could not be done',
};

/** A difference as a person reads it: `-` was recorded, `+` happened now. */
export function differenceText({ step, deed, what, expected, got }: Difference): string {
  const head = `step ${step}, ${actionText(deed)}: ${WHAT[what]}`;
  if (what === 'deed') return [head, ...got.map((line) => `  + ${line}`)].join('\n');
  const same = new Set(expected.filter((line) => got.includes(line)));
  const lines = [
    ...expected.map((line) => `  ${same.has(line) ? ' ' : '-'} ${line}`),
    ...got.filter((line) => !same.has(line)).map((line) => `  + ${line}`),
  ];
  const isOrder = same.size === expected.length && same.size === got.length;
  return [isOrder ? `${head} (another order)` : head, ...lines].join('\n');
}

/** An action in a few words. */
function actionText(action: RecordedAction): string {
  switch (action.does) {
    case 'say':
      return `the lead says "${action.text ?? action.files?.[0]?.url ?? ''}"`;
    case 'status':
      return `operator ${action.operator} is ${action.status}`;
    case 'reply':
      return `operator ${action.operator} answers "${action.text}"`;
    case 'file':
      return `operator ${action.operator} sends ${action.name ?? action.url}`;
    case 'transfer':
      return `operator ${action.operator} hands over to ${action.to}`;
    case 'hold':
      return 'LiveTex asks to wait';
    case 'read':
      return `operator ${action.operator} reads`;
    case 'close':
      return `operator ${action.operator} closes the dialog`;
  }
}
