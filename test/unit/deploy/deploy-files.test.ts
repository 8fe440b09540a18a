import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { parseTarget } from '../../../plugin/storage/postgres/target.ts';
import { COMMANDS } from '../../../runtime-shim/cli/commands.ts';
import { loadConfig } from '../../../runtime-shim/cli/config/load-config.ts';
import { EXIT_USAGE } from '../../../runtime-shim/cli/command.ts';
import { parseArguments } from '../../../runtime-shim/cli/parse-arguments.ts';

/** The example in `deploy/` is documentation: it may not name a setting, a variable, a command or a path that is not there. */
const DEPLOY = fileURLToPath(new URL('../../../deploy', import.meta.url));
const read = (name: string): string => readFileSync(join(DEPLOY, name), 'utf8');

const compose = read('compose.yaml');
const unit = read('metabot-livetex@.service');
const dockerfile = read('Dockerfile');
const caddy = read('Caddyfile');
const readme = read('README.md');
const config = JSON.parse(read('metabot-livetex.json')) as Record<string, unknown>;

/** Variables that the configuration takes from the environment. */
function variablesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('env' in value && typeof value.env === 'string') return [value.env];
  return Object.values(value).flatMap(variablesOf);
}

/** What a draining node waits for at most, s: a step of the bot (`runtime-shim/runtime/shim-runtime.ts`), two requests to LiveTex. */
const LONGEST_DRAIN_S = 45 + 2 * 10;

describe('deploy/', () => {
  test('the configuration is accepted by the program, with the URL that the Compose file builds', async () => {
    const [, template = ''] = /METABOT_STORAGE: (.+)/.exec(compose) ?? [];
    const storage = template.replace(/\$\{POSTGRES_PASSWORD[^}]*\}/, 's3cret');
    expect(parseTarget(storage)).toMatchObject({ schema: 'metabot_livetex', label: 'postgres:5432/metabot' });
    const env = Object.fromEntries(variablesOf(config).map((name) => [name, 'a-long-enough-secret']));
    const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
    try {
      const file = join(folder, 'config.json');
      // The bot folder of the example is the user's own: here, any folder.
      writeFileSync(file, JSON.stringify({ ...config, bot: folder }));
      const loaded = await loadConfig(file, folder, { ...env, METABOT_STORAGE: storage });
      expect(loaded.http).toMatchObject({ host: '0.0.0.0', port: 8024 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('the default way: configuration, unit and proxy of one machine fit together and are accepted by the program', async () => {
    const one = JSON.parse(read('one-machine/config.json')) as {
      storage: string;
      http: { port: number };
      livetex: Array<{ webhook: { publicUrl: string } }>;
    };
    const service = read('one-machine/metabot-livetex.service');
    const proxy = read('one-machine/Caddyfile');
    const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
    try {
      const file = join(folder, 'config.json');
      writeFileSync(file, JSON.stringify({ ...one, bot: folder }));
      const env = Object.fromEntries(variablesOf(one).map((name) => [name, 'a-long-enough-secret']));
      expect((await loadConfig(file, folder, env)).storage).toBe(one.storage);
    } finally {
      rmSync(folder, { recursive: true });
    }
    for (const name of variablesOf(one)) {
      expect(service).toContain(name);
      expect(readme).toContain(name);
    }
    // The only place that the unit may write to, and that nobody else may read.
    const state = /^StateDirectory=(\S+)$/m.exec(service)?.[1] ?? '';
    expect(one.storage.startsWith(`sqlite:/var/lib/${state}/`)).toBe(true);
    expect(service).toContain('ProtectSystem=strict');
    expect(service).toContain('StateDirectoryMode=0700');
    const [, command = ''] = /^ExecStart=\/usr\/bin\/env (.+)$/m.exec(service) ?? [];
    const [program, name = '', ...rest] = command.split(' ');
    const spec = COMMANDS.find((known) => known.name === name);
    expect(program).toBe('metabot-livetex');
    expect(spec && parseArguments(spec, rest).values['config']).toBe('/etc/metabot-livetex/config.json');
    expect(Number(/TimeoutStopSec=(\d+)/.exec(service)?.[1])).toBeGreaterThan(LONGEST_DRAIN_S);
    expect(Number(/RestartPreventExitStatus=(\d+)/.exec(service)?.[1])).toBe(EXIT_USAGE);
    // What walls scripts in is the same as for a node of many.
    const walls = (text: string): string => text.slice(text.indexOf('NoNewPrivileges'), text.indexOf('[Install]'));
    expect(walls(service)).toBe(walls(unit));
    expect(proxy).toContain(`reverse_proxy 127.0.0.1:${one.http.port}`);
    expect(proxy).toContain('@webhook path /webhook/livetex/*');
    expect(proxy).toContain(`${new URL(one.livetex[0]?.webhook.publicUrl ?? '').host} {`);
  });

  test('every variable of the configuration is passed by Compose, named by the unit, and explained', () => {
    const variables = variablesOf(config);
    expect(variables.length).toBeGreaterThan(3);
    for (const name of variables) {
      expect(compose).toMatch(new RegExp(`^    ${name}: `, 'm'));
      expect(unit).toContain(name);
      expect(readme).toContain(`\`${name}\``);
    }
    const needed = [...compose.matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name);
    for (const name of needed) expect(readme).toContain(`\`${name}\``);
  });

  test('commands that are started exist and take these arguments', () => {
    const words = [
      (/ENTRYPOINT (.+)\nCMD (.+)/.exec(dockerfile) ?? []).slice(1).flatMap((list) => JSON.parse(list) as string[]),
      (/^ExecStart=\/usr\/bin\/env (.+)$/m.exec(unit)?.[1] ?? '').split(' '),
    ];
    for (const [program, name = '', ...rest] of words) {
      expect(program).toBe('metabot-livetex');
      const spec = COMMANDS.find((command) => command.name === name);
      if (spec === undefined) throw new Error(`no command ${name}`);
      expect(parseArguments(spec, rest).values['config']).toMatch(/\.json$/);
    }
  });

  test('the Dockerfile has nothing that an engine would refuse or warn of, and finds what it builds from', () => {
    expect(validate(dockerfile)).toEqual([]);
    const ignored = read('Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const manifest = JSON.parse(readFileSync(join(DEPLOY, '..', 'package.json'), 'utf8')) as {
      files: string[];
      scripts: Record<string, string>;
    };
    const [, program = ''] = /^node (.+)$/.exec(manifest.scripts['build'] ?? '') ?? [];
    for (const needed of ['package-lock.json', '.npmrc', 'test/support/checkout-node/package.json', program]) {
      expect({ needed, isThere: existsSync(join(DEPLOY, '..', needed)) }).toEqual({ needed, isThere: true });
      expect(ignored.filter((path) => needed.startsWith(path))).toEqual([]);
    }
    const stages = [...dockerfile.matchAll(/^FROM (\S+)(?: AS (\w+))?$/gm)];
    expect(stages.map(([, image]) => image)).toEqual(['node:26-slim', 'node:26-slim']);
    for (const [, stage] of dockerfile.matchAll(/--from=(\w+)/g))
      expect(stages.map(([, , name]) => name)).toContain(stage);
    // The last word on who runs it.
    expect([...dockerfile.matchAll(/^USER (.+)$/gm)].at(-1)?.[1]).toBe('metabot');
    expect(dockerfile.indexOf('\nUSER metabot')).toBeGreaterThan(dockerfile.lastIndexOf('\nRUN'));
  });

  test('files and ports fit together', () => {
    const mounted = [...compose.matchAll(/- (\.\/[\w.-]+):(\/\S+?)(?::ro)?$/gm)].map(([, from, to]) => [from, to]);
    expect(mounted).toContainEqual(['./metabot-livetex.json', '/srv/metabot-livetex/config.json']);
    expect(dockerfile).toContain('"/srv/metabot-livetex/config.json"');
    expect(mounted).toContainEqual(['./bot', config['bot']]);
    expect(mounted).toContainEqual(['./Caddyfile', '/etc/caddy/Caddyfile']);
    for (const service of ['node1', 'node2']) {
      expect(compose).toMatch(new RegExp(`^  ${service}:$`, 'm'));
      expect(caddy).toContain(`${service}:8024`);
    }
    const publicUrl = (config['livetex'] as Array<{ webhook: { publicUrl: string } }>)[0]?.webhook.publicUrl ?? '';
    expect(caddy).toMatch(new RegExp(`^${new URL(publicUrl).host} \\{`, 'm'));
    const named = [...readme.matchAll(/^\| `([\w.@-]+)` \|/gm)].map(([, name = '']) => name);
    for (const name of named.filter((one) => !/^[A-Z_]+$/.test(one))) expect(read(name)).not.toBe('');
  });

  test('a node has the time to drain, and a wrong configuration is not tried again', () => {
    expect(Number(/stop_grace_period: (\d+)s/.exec(compose)?.[1])).toBeGreaterThan(LONGEST_DRAIN_S);
    expect(Number(/TimeoutStopSec=(\d+)/.exec(unit)?.[1])).toBeGreaterThan(LONGEST_DRAIN_S);
    expect(Number(/RestartPreventExitStatus=(\d+)/.exec(unit)?.[1])).toBe(EXIT_USAGE);
    expect(caddy).toContain('path /webhook/livetex/*');
  });

  test('the lead API stays inside, and secrets stay out of the image and of version control', () => {
    const [, inside = ''] = /^http:\/\/:(\d+) \{/m.exec(caddy) ?? [];
    expect(readme).toContain(`http://proxy:${inside}/api/`);
    expect(/ports: (.+)/.exec(compose)?.[1]).toBe("['80:80', '443:443']");
    expect(read('Dockerfile.dockerignore').split('\n')).toEqual(expect.arrayContaining(['**/.env', 'deploy', '.git']));
    expect(readFileSync(join(DEPLOY, '..', '.gitignore'), 'utf8').split('\n')).toContain('/deploy/.env');
  });
});
