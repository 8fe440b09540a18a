import { expect, test } from 'vitest';
import { pluginError } from '../../../plugin/errors.ts';
import { jsonLogger } from '../../../runtime-shim/cli/json-logger.ts';

function logTo(lines: string[], secrets: readonly string[] = [], level: 'debug' | 'info' | 'warn' | 'error' = 'info') {
  return jsonLogger({ write: (line) => void lines.push(line), now: () => 0, filter: { level, secrets } });
}

test('one JSON object a line, with time, level, message and facts', () => {
  const lines: string[] = [];
  logTo(lines).info('started', { url: 'http://127.0.0.1:8024', big: 5n });
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    level: 'info',
    message: 'started',
    url: 'http://127.0.0.1:8024',
    big: '5',
  });
});

test('less than the level is not written', () => {
  const lines: string[] = [];
  const logger = logTo(lines, [], 'warn');
  logger.debug('a');
  logger.info('b');
  logger.warn('c');
  logger.error('d');
  expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['c', 'd']);
});

test('a secret is hidden wherever it stands, also where JSON writes it otherwise', () => {
  const lines: string[] = [];
  const secret = 'to"ken\\with/signs';
  logTo(lines, [secret]).error(`failed with ${secret}`, {
    error: new Error(secret),
    nested: { url: `x?key=${secret}` },
  });
  expect(lines[0]).not.toContain('ken');
  expect(lines[0]).toContain('***');
});

test('an error becomes code and message, without its stack and cause', () => {
  const lines: string[] = [];
  const error = pluginError('host_failed', { port: 'deliver' }, new Error('inner'));
  logTo(lines).warn('failed', { error });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ error: { code: 'host_failed', message: error.message } });
  expect(lines[0]).not.toContain('inner');
});
