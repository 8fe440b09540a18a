import { afterAll, expect, test } from 'vitest';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

test('keeps texts for the run of the scenario', async () => {
  const code = `
    memory.setAttr('b', 2).deleteAttr('a');
    return [memory.getAttr('a'), memory.getAttr('b'), memory.getAttr('c'), memory.isAttrExist('c'), memory.getAllAttr()];`;
  expect(await scripts.run(code, { memory: { a: '1', c: '3' } })).toMatchObject({
    ok: true,
    returned: [null, '2', '3', true, { c: '3', b: '2' }],
    writes: { memory: { a: null, b: '2' } },
  });
});

test('refuses what is no text', async () => {
  expect(await scripts.failure("memory.setAttr('a', [1])")).toContain(
    'memory.setAttr: the value of "a" must be a string, a number, true, false or null, got an array',
  );
});

test('cannot be tampered with', async () => {
  const code = "memory.getAttr = () => 'mine'; memory = { getAttr: () => 'mine' }; return memory.getAttr('a');";
  expect(await scripts.returned(code, { memory: { a: '1' } })).toBe('1');
});
