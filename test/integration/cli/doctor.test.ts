/** `doctor` beside a running server, on what is right and on what is broken one by one, and without a server. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Check } from '../../../plugin/contract/plugin.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import { findSecret } from '../../support/secret-search.ts';
import { KEY, setUpServer, TOKEN } from '../../support/served.ts';

const ALL = 'token version groups operators webhook address key certificate clock lastEvent queue disk backup'.split(
  ' ',
);

interface Binding {
  webhook: { publicUrl: string };
}

test(
  'all is right: exit code 0; what is broken fails with its advice and nothing else does',
  { timeout: 180_000 },
  async () => {
    const { folder, emulator, start, run } = await setUpServer();
    const file = join(folder, 'livetex.json');
    const config = JSON.parse(await readFile(file, 'utf8')) as { http: { port: number }; livetex: [Binding] };
    const port = await lastingPort();
    const url = `http://127.0.0.1:${port}`;
    config.http.port = port;
    config.livetex[0].webhook.publicUrl = url;
    await writeFile(file, JSON.stringify(config));
    const { command } = await start();
    await command.seen(/webhook registered/);

    const examine = async (): Promise<{ code: number | null; names: string[]; failed: Check[] }> => {
      const { code, stdout } = await run('doctor', '--json');
      const { ok, bindings } = JSON.parse(stdout) as {
        ok: boolean;
        bindings: Array<{ binding: string; checks: Check[] }>;
      };
      expect(bindings.map(({ binding }) => binding)).toEqual(['main']);
      expect(ok).toBe(code === 0);
      for (const secret of [TOKEN, KEY]) expect(findSecret(stdout, secret)).toEqual([]);
      const checks = bindings[0]?.checks ?? [];
      return { code, names: checks.map(({ name }) => name), failed: checks.filter((check) => !check.ok) };
    };
    expect(await examine()).toEqual({ code: 0, names: ALL, failed: [] });

    emulator.webhooks.unset();
    emulator.operators.setStatus('anna', 'offline');
    const two = await examine();
    expect(two.code).toBe(1);
    expect(two.failed.filter((check) => 'ru' in check)).toEqual([]);
    expect(two.failed).toMatchObject([
      { name: 'operators', problem: 'no operator is online' },
      { name: 'webhook', advice: 'run "metabot-livetex webhook set"' },
    ]);

    emulator.faults.add({ kind: 'token' });
    command.child.kill('SIGTERM');
    await command.end;
    const text = await run('doctor');
    expect(text.code).toBe(1);
    expect(text.stdout).toContain('FAILED  token: LiveTex refuses the token of binding "main"');
    expect(text.stdout).toContain('→ copy the access key of the touch point anew into "token"');
    expect(text.stdout).toContain(`FAILED  address: ${url}/webhook/livetex/main cannot be reached`);
    expect(text.stdout).toContain('ok      disk');
    const russian = (await run('doctor', '--lang', 'ru')).stdout;
    expect(russian).toContain('ОШИБКА  token: LiveTex не принимает токен привязки "main"');
    expect(russian).toContain('→ скопируйте ключ доступа точки контакта в "token" заново');
  },
);
