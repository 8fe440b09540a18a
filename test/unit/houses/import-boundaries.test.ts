import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** The rules of the houses (CONTRIBUTING.md and plugin/README.md) are lint rules; here each is broken on purpose, in a tree of its own. */
const root = join(import.meta.dirname, '../../..');
let tree: string;

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'metabot-livetex-houses-'));
  cpSync(join(root, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

/** Lints a tree that holds just these files and returns `file: rule` of each finding. */
function lint(files: Readonly<Record<string, string>>): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  const run = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--format', 'json'], { cwd: tree, encoding: 'utf8' });
  const report = JSON.parse(run.stdout) as { diagnostics: Array<{ filename: string; code: string }> };
  return report.diagnostics.map((found) => `${found.filename}: ${found.code}`);
}

const RESTRICTED = 'eslint(no-restricted-imports)';

test.each([
  ['plugin never imports runtime-shim', 'plugin/core/a.ts', '../../runtime-shim/bot/b.ts'],
  ['plugin/guest never imports runtime-shim', 'plugin/guest/a.guest.ts', '../../runtime-shim/globals/b.guest.ts'],
  ['contract imports only zod', 'plugin/contract/a.ts', 'undici'],
  ['contract imports nothing of the plugin', 'plugin/contract/a.ts', '../errors.ts'],
  ['storage imports of contract only the form of errors', 'plugin/storage/a.ts', '../contract/lead.ts'],
  ['storage imports nothing else of the plugin', 'plugin/storage/a.ts', '../errors.ts'],
  ['a storage driver imports nothing else of the plugin', 'plugin/storage/sqlite/a.ts', '../../errors.ts'],
  ['dialog imports only contract', 'plugin/dialog/a.ts', '../mirror/b.ts'],
  ['dialog imports no package', 'plugin/dialog/a.ts', 'zod'],
  ['mirror imports only contract', 'plugin/mirror/a.ts', '../storage/contract.ts'],
  ['client does not import webhook', 'plugin/client/a.ts', '../webhook/b.ts'],
  ['webhook does not import client', 'plugin/webhook/a.ts', '../client/b.ts'],
  ['webhook does not import dialog', 'plugin/webhook/a.ts', '../dialog/b.ts'],
  ['client does not import core', 'plugin/client/a.ts', '../core/b.ts'],
  ['core does not import runner', 'plugin/core/a.ts', '../runner/b.ts'],
  ['core does not import operations', 'plugin/core/a.ts', '../operations/b.ts'],
  ['core does not import inbound', 'plugin/core/a.ts', '../inbound/b.ts'],
  ['runner does not import inbound', 'plugin/runner/a.ts', '../inbound/b.ts'],
  ['runner does not import outbound', 'plugin/runner/a.ts', '../outbound/b.ts'],
  ['runner does not import the client', 'plugin/runner/a.ts', '../client/b.ts'],
  ['inbound does not import outbound', 'plugin/inbound/a.ts', '../outbound/b.ts'],
  ['inbound does not import operations', 'plugin/inbound/a.ts', '../operations/b.ts'],
  ['outbound does not import inbound', 'plugin/outbound/a.ts', '../inbound/b.ts'],
  ['outbound does not import runner', 'plugin/outbound/a.ts', '../runner/b.ts'],
  ['outbound does not import the dialog machine', 'plugin/outbound/a.ts', '../dialog/b.ts'],
  ['operations does not import inbound', 'plugin/operations/a.ts', '../inbound/b.ts'],
  ['the shim imports no client', 'runtime-shim/runtime/a.ts', '../../plugin/client/b.ts'],
  ['the shim does not import the plugin itself', 'runtime-shim/http/a.ts', '../../plugin/index.ts'],
  ['the emulator shares no code with the client', 'runtime-shim/emulator/a.ts', '../../plugin/client/request.ts'],
  ['guest files import only guest files', 'runtime-shim/globals/a.guest.ts', './b.ts'],
  ['guest files import no Node module', 'plugin/guest/a.guest.ts', 'node:fs'],
])('%s', (_rule, file, target) => {
  expect(lint({ [file]: `import '${target}';\n` })).toContain(`${file}: ${RESTRICTED}`);
});

test.each([
  ['plugin/contract/a.ts', 'zod'],
  ['plugin/dialog/a.ts', '../contract/lead.ts'],
  ['plugin/storage/sqlite/a.ts', '../contract.ts'],
  ['plugin/storage/a.ts', '../contract/coded-error.ts'],
  ['plugin/storage/sqlite/a.ts', '../../contract/coded-error.ts'],
  ['plugin/inbound/a.ts', '../runner/b.ts'],
  ['plugin/operations/a.ts', '../outbound/b.ts'],
  ['runtime-shim/bot/a.ts', '../../plugin/contract/lead.ts'],
  ['runtime-shim/leads/a.ts', '../../plugin/storage/contract.ts'],
  ['runtime-shim/cli/a.ts', '../../plugin/index.ts'],
  ['plugin/guest/a.guest.ts', './b.guest.ts'],
])('%s may import %s', (file, target) => {
  expect(lint({ [file]: `import '${target}';\n` })).not.toContain(`${file}: ${RESTRICTED}`);
});

test('there are no import cycles', () => {
  const found = lint({
    'plugin/core/a.ts': "import { b } from './b.ts';\nexport const a = (): number => b();\n",
    'plugin/core/b.ts': "import { a } from './a.ts';\nexport const b = (): number => a();\n",
  });
  expect(found).toContain('plugin/core/a.ts: import(no-cycle)');
});
