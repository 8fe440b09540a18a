/** The release is a file that runs rarely, elsewhere: its steps are carried out here, and its rights looked at. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../../support/command.ts';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
}
interface Job {
  readonly needs?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: { readonly push: { readonly tags: readonly string[] } };
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<'pack' | 'publish', Job>>;
}

const text = readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8');
const { on, permissions, jobs } = parse(text) as Workflow;
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'release-'));
  for (const name of ['package.json', 'CHANGELOG.md']) cpSync(join(ROOT, name), join(folder, name));
  mkdirSync(join(folder, 'test/fixtures/releases', version), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a step of the first job as the service does: `bash -e`. */
function carryOut(name: string, tag: string): { readonly status: number | null; readonly output: string } {
  const step = jobs.pack.steps.find((one) => one.name === name);
  if (step?.run === undefined) throw new Error(`no step "${name}"`);
  const env = {
    ...process.env,
    GITHUB_REF_NAME: tag,
    GITHUB_SERVER_URL: 'https://git.example.com',
    GITHUB_REPOSITORY: 'anna/bots',
  };
  const run = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', step.run], { cwd: folder, env, encoding: 'utf8' });
  return { status: run.status, output: `${run.stdout}${run.stderr}` };
}

describe('a release', () => {
  const TOGETHER = 'The tag, the version, the changelog and the data belong together';

  test('goes on when tag, version, changelog and data belong together', () => {
    expect(on.push.tags).toEqual(['v[0-9]*']);
    expect(carryOut(TOGETHER, `v${version}`)).toEqual({ status: 0, output: '' });
  });

  test.each([
    ['another tag', 'v99.0.0', () => undefined, 'the tag v99.0.0 is not v'],
    ['no section in the changelog', `v${version}`, () => rmSync(join(folder, 'CHANGELOG.md')), 'CHANGELOG.md has no'],
    [
      'no data',
      `v${version}`,
      () => rmSync(join(folder, 'test/fixtures/releases'), { recursive: true }),
      'test/fixtures/releases has no data',
    ],
  ])('ends before anything is packed with %s', (_what, tag, spoil, says) => {
    spoil();
    const { status, output } = carryOut(TOGETHER, tag);
    expect(status).toBe(1);
    expect(output).toContain(says);
  });

  test('puts the address that it is made at into the package, which provenance is compared with', () => {
    expect(carryOut('Where the package comes from', 'v1').status).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({
      repository: { type: 'git', url: 'git+https://git.example.com/anna/bots.git' },
      homepage: 'https://git.example.com/anna/bots#readme',
      bugs: { url: 'https://git.example.com/anna/bots/issues' },
    });
  });

  test('is tested and packed without rights, and published with provenance where no code of the package runs', () => {
    expect(permissions).toEqual({});
    expect(jobs.pack.permissions).toEqual({ contents: 'read' });
    const packing = jobs.pack.steps.flatMap(({ run }) => run ?? []);
    expect(packing.indexOf('npm test')).toBeGreaterThan(packing.indexOf('npm ci'));
    expect(packing.at(-1)).toMatch(/^npm pack /);
    expect(jobs.publish.needs).toBe('pack');
    expect(jobs.publish.permissions['id-token']).toBe('write');
    const publishing = jobs.publish.steps.flatMap(({ run }) => run ?? []);
    expect(publishing[0]).toMatch(/^npm publish .*--ignore-scripts --provenance/);
    expect(publishing.join('\n')).not.toMatch(/npm (ci|install|test|run)/);
  });

  test('uses actions by their contents, which nobody can change afterwards, and no secret that could be lost', () => {
    const used = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    expect(used.length).toBeGreaterThan(3);
    for (const action of used) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/);
    expect(text).not.toContain('secrets.');
  });
});
