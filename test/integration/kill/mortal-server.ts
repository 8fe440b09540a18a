import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { API_VERSIONS, type ApiVersion } from '../../../plugin/contract/livetex-api.ts';

/** One life of a server; times in Unix ms. */
export interface Life {
  readonly number: number;
  /** The address of the server whose life it is. */
  readonly server: string;
  /** Which version of LiveTex's API it asks: each life another one than the lives before and behind it, so that requests tell who sent them. */
  readonly apiVersion: ApiVersion;
  readonly bornAt: number;
  /** When it said that it listens; `undefined` when it died before. */
  listensAt: number | undefined;
  /** SIGKILL was sent then. */
  killedAt: number | undefined;
  /** The kernel said that it is gone. */
  goneAt: number | undefined;
}

/** `apiVersion` of the binding is to be `{ "env": … }` of this name. */
export const API_VERSION_VARIABLE = 'LIVETEX_API_VERSION';

export interface MortalServerOptions {
  readonly launcher: string;
  readonly config: string;
  readonly url: string;
  /** Of the life of this number. */
  readonly env?: (life: number) => Readonly<Record<string, string>>;
}

/** Most output kept for a failure's message. */
const OUTPUT_KEPT = 20_000;

/** `serve` on one folder and one port, killed and started again. */
export class MortalServer {
  readonly url: string;
  readonly lives: Life[] = [];
  /** Log lines of level `error`, and whatever is no log line. */
  readonly complaints: string[] = [];
  private readonly options: MortalServerOptions;
  private child: ChildProcess | undefined;
  private output = '';
  private up = Promise.withResolvers<void>();

  constructor(options: MortalServerOptions) {
    this.options = options;
    this.url = options.url;
  }

  /** Resolves while a life listens: at once, or when the next one does. */
  async listening(): Promise<void> {
    await this.up.promise;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): Life {
    const { launcher, config, env } = this.options;
    const apiVersion = API_VERSIONS[this.lives.length % API_VERSIONS.length] ?? API_VERSIONS[0];
    const life: Life = {
      number: this.lives.length + 1,
      server: this.url,
      apiVersion,
      bornAt: Date.now(),
      listensAt: undefined,
      killedAt: undefined,
      goneAt: undefined,
    };
    this.lives.push(life);
    const child = spawn(process.execPath, [launcher, 'serve', '--config', config], {
      env: { ...process.env, ...env?.(life.number), [API_VERSION_VARIABLE]: apiVersion },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.keep(text);
      if (!text.includes('Listening on')) return;
      life.listensAt = Date.now();
      this.up.resolve();
    });
    let unfinished = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.keep(text);
      const lines = (unfinished + text).split('\n');
      unfinished = lines.pop() ?? '';
      for (const line of lines) this.hear(life, line);
    });
    child.once('exit', (code, signal) => {
      life.goneAt = Date.now();
      if (life.killedAt === undefined && code !== 0) {
        this.complaints.push(`life ${life.number} ended by itself: ${code ?? signal}\n${this.output}`);
      }
    });
    return life;
  }

  /** Kills what runs and resolves when it is gone. What it held open is cut by the kernel. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Asks what runs to end, and resolves when it has: this must double nothing. */
  async drain(): Promise<void> {
    await this.end('SIGTERM');
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const life = this.lives.at(-1);
    const child = this.child;
    if (life === undefined || child === undefined || life.goneAt !== undefined) return;
    // Whoever waits for a life that never listened waits for the next one.
    if (life.listensAt !== undefined) this.up = Promise.withResolvers();
    const gone = once(child, 'exit');
    if (signal === 'SIGKILL') life.killedAt = Date.now();
    child.kill(signal);
    await gone;
  }

  /** Resolves when the life that runs listens. @throws when it ends before */
  async untilListening(): Promise<void> {
    const child = this.child;
    if (child === undefined) throw new Error('not started');
    const left = new AbortController();
    await Promise.race([
      this.up.promise,
      once(child, 'exit', { signal: left.signal }).then(() => {
        throw new Error(`serve ended before it listened:\n${this.output}`);
      }),
    ]).finally(() => left.abort());
  }

  private keep(text: string): void {
    this.output = `${this.output}${text}`.slice(-OUTPUT_KEPT);
  }

  private hear(life: Life, line: string): void {
    if (line.startsWith('{') && !line.includes('"level":"error"')) return;
    if (line !== '') this.complaints.push(`life ${life.number}: ${line}`);
  }
}
