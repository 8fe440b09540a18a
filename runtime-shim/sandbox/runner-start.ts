/** How a runner process is started: with as little as it needs, so that a hole in V8 is not yet the server. */
import { type ChildProcess, fork, type ForkOptions } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { messageOf } from '../../plugin/contract/coded-error.ts';
import type { Logger } from '../../plugin/contract/host.ts';
import { loadPlatformSources, type PlatformSources } from '../globals/bundles.ts';
import { YOUNG_HALF_MB } from './run-limits.ts';

/** The runner beside this file: in the flat `dist/`, or as source. */
const BUILT = new URL('./runner.js', import.meta.url);
const IS_BUILT = existsSync(BUILT);
export const RUNNER_FILE = fileURLToPath(IS_BUILT ? BUILT : new URL('./runner-main.ts', import.meta.url));

/** Of the whole process, and so of every isolate in it. Others are set by the runner itself (`isolate-options.ts`). */
const V8_OPTIONS = [
  `--min-semi-space-size=${YOUNG_HALF_MB}`,
  `--max-semi-space-size=${YOUNG_HALF_MB}`,
  // A context lives for one script, so collections are many and small: helpers' threads cost more than they save.
  '--single-threaded-gc',
];

/** The user `nobody` and its group, by the number that Linux itself gives to who is nobody. */
const NOBODY = 65_534;
/** Bits of `CapEff` in /proc/self/status: who may become another group, and another user. */
const CAP_SETGID = 6n;
const CAP_SETUID = 7n;
/** For the log. */
const ROOT_STAYS = 'runners run as root: a hole in V8 would be root';
/** Part of util-linux and of busybox. */
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

/**
 * What a runner may read: its own code, isolated-vm, and what that one's loader looks for. Not a single file of the
 * service's: no configuration, no bot folder, no data.
 */
function readablePaths(): string[] {
  // In a checkout the two source folders: which of their files the runner's program is made of changes with the code.
  const own = IS_BUILT ? ['./', '../package.json'] : ['../', '../../plugin/', '../../package.json'];
  const addon = packageFolders('isolated-vm', RUNNER_FILE);
  const loader = packageFolders('node-gyp-build', join(addon.at(-1) ?? dirname(RUNNER_FILE), 'package.json'));
  return [
    ...own.map((path) => fileURLToPath(new URL(path, pathToFileURL(RUNNER_FILE)))),
    ...addon,
    ...loader,
    '/etc/alpine-release',
  ];
}

/**
 * Where a package is found from a file: the folder, the one behind it when it is a link (as pnpm makes them), and links
 * above it (`node_modules` itself may be one): Node reads each on its way.
 */
function packageFolders(name: string, from: string): string[] {
  const folder = createRequire(from)
    .resolve.paths(name)
    ?.map((path) => join(path, name))
    .find((path) => existsSync(path));
  return folder === undefined ? [] : [...linksAbove(folder), ...new Set([folder, realpathSync(folder)])];
}

function linksAbove(path: string): string[] {
  const above = dirname(path);
  if (above === path) return [];
  return [...linksAbove(above), ...(lstatSync(above).isSymbolicLink() ? [above] : [])];
}

/** The user under whom runners run: `nobody` where the service is root and may, else `undefined`, the service's own. */
export function runnerUser(logger: Logger | undefined): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const why = whyRootStays();
  if (why === undefined) return NOBODY;
  logger?.warn(ROOT_STAYS, { why });
  return undefined;
}

function whyRootStays(): string | undefined {
  if (process.platform === 'linux') {
    const [, mask] = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    const bits = BigInt(`0x${mask ?? '0'}`);
    if (((bits >> CAP_SETUID) & (bits >> CAP_SETGID) & 1n) === 0n) return 'this root may not become another user';
  }
  const hidden = [process.execPath, ...readablePaths()].find((path) => existsSync(path) && !isOpenToAll(path));
  return hidden === undefined ? undefined : `other users cannot read ${hidden}`;
}

/** Everybody may read it, and enter every folder above it. */
function isOpenToAll(path: string): boolean {
  const READ = 0o004;
  const ENTER = 0o001;
  const stat = statSync(path);
  if ((stat.mode & READ) === 0 || (stat.isDirectory() && (stat.mode & ENTER) === 0)) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & ENTER) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** The IANA name of this process's own time zone: `TZ`, or the machine's. */
function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** How a runner is started, for `fork`. `user`: under whom; `undefined`: as the service itself. `timeZone`: what its scripts' dates are in. */
export function runnerOptions(
  user: number | undefined,
  timeZone: string = ownTimeZone(),
): ForkOptions & { readonly execArgv: string[] } {
  const node = [
    ...V8_OPTIONS,
    // Node refuses files beyond these, child processes, threads, network and debuggers to its own JavaScript.
    '--permission',
    '--allow-addons',
    '--disable-warning=PERM0001',
    // SQLite opens its files itself, past the permission model: whatever database the user of the service may read, and any new file.
    '--no-experimental-sqlite',
    ...readablePaths().map((path) => `--allow-fs-read=${path}`),
  ];
  return {
    // No other variable of ours reaches the runner, and none of our own start options (test runners and debuggers add some).
    env: { TZ: timeZone },
    // After `--nnp` (no new privileges) nothing that the process executes can get more rights than it has.
    ...(SETPRIV === undefined
      ? { execArgv: node }
      : { execPath: SETPRIV, execArgv: ['--nnp', process.execPath, ...node] }),
    ...(user === undefined ? {} : { uid: user, gid: user }),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  };
}

/** The platform's code, where a runner has none beside it. Asynchronous in either case: no process is started before whoever makes a sandbox has it. */
export async function sourcesToSend(): Promise<PlatformSources | undefined> {
  return IS_BUILT ? undefined : await loadPlatformSources();
}

/** Starts runner processes for one sandbox. */
export class RunnerStarter {
  readonly #logger: Logger | undefined;
  #options: ForkOptions;
  #timeZone: string | undefined;

  constructor(logger: Logger | undefined, timeZone: string | undefined) {
    this.#logger = logger;
    this.#timeZone = timeZone;
    this.#options = runnerOptions(runnerUser(logger), timeZone);
  }

  /** For the runners that are started from now on. */
  set timeZone(timeZone: string | undefined) {
    this.#timeZone = timeZone;
    this.#options = runnerOptions(this.#options.uid, timeZone);
  }

  /** @throws what `fork` throws at once, such as for a system that has no memory left */
  start(): ChildProcess {
    try {
      return fork(RUNNER_FILE, [], this.#options);
    } catch (error) {
      if (this.#options.uid === undefined) throw error;
      // A container whose root may not become that user.
      this.#logger?.warn(ROOT_STAYS, { why: messageOf(error) });
      this.#options = runnerOptions(undefined, this.#timeZone);
      return fork(RUNNER_FILE, [], this.#options);
    }
  }
}

/**
 * The newest hole of V8 that the project has tried itself: type confusion, mended in Chrome 138.0.7204.96
 * (https://www.cve.org/CVERecord?id=CVE-2025-6554), so in the course of V8 13.8. Node 24 has 13.6 and does not get such fixes: Node promises nothing for
 * hostile JavaScript (the threat model in its SECURITY.md). There a runner ends at once on
 * `function f(){ let x; delete x?.[y]?.a; return y; let y; } typeof f()`.
 */
const NEWEST_KNOWN_HOLE = 'CVE-2025-6554';
/** The V8 of Node 26, with which all hostile cases are run. What lies between is of lines of Node that have ended. */
const MENDED_SINCE = { major: 14, minor: 6 };

/** Says loudly that scripts run on a V8 with a known hole. `version`: `process.versions.v8`. */
export function warnOfOldV8(logger: Logger | undefined, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isMended = major > MENDED_SINCE.major || (major === MENDED_SINCE.major && minor >= MENDED_SINCE.minor);
  if (isMended) return;
  logger?.error('the sandbox runs on a V8 with a known hole: a hostile script can take over its runner process', {
    v8: version,
    hole: NEWEST_KNOWN_HOLE,
    mendedSince: `${MENDED_SINCE.major}.${MENDED_SINCE.minor}`,
    todo: 'run this service on Node 26',
  });
}
