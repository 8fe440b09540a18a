import type { Text } from '../../../plugin/contract/text.ts';
import { expect, test } from 'vitest';
import type { LeadMessageInput } from '../../../runtime-shim/runtime/contract.ts';
import { parseLeadMessage } from '../../../runtime-shim/runtime/lead-message.ts';

function problems(input: unknown): readonly string[] {
  try {
    parseLeadMessage('support', input as LeadMessageInput);
  } catch (error) {
    return (error as { facts: { problems: readonly Text[] } }).facts.problems.map(({ en }) => en);
  }
  return [];
}

const WHO = { channel: 'telegram', externalId: '1' };

test('a right message', () => {
  const message = parseLeadMessage('support', {
    ...WHO,
    id: 'm1',
    name: 'Анна 👩‍💻',
    text: 'привет\n',
    attachments: [{ type: 'image', url: 'https://example.com/a.png', name: 'a.png', size: 10 }],
  });
  expect(message.lead).toEqual({ botId: 'support', ...WHO });
  expect(message.content.text).toBe('привет\n');
});

test('an empty text beside an attachment says nothing and is left out', () => {
  const attachments = [{ type: 'file', url: 'https://example.com/a' }] as const;
  expect(parseLeadMessage('support', { ...WHO, text: '', attachments }).content).toEqual({ attachments });
});

test.each([
  [{ ...WHO }, ['a message needs a text or an attachment']],
  [{ ...WHO, text: '' }, ['a message needs a text or an attachment']],
  [{ ...WHO, text: 'x'.repeat(1_000_000) }, ['text: at most 100000 characters']],
  [{ ...WHO, text: 'a\uD800' }, ['text: must not hold a lone surrogate']],
  [{ ...WHO, text: 'a\u0000' }, ['text: must not hold a NUL character']],
  [{ ...WHO, text: 5 }, ['text: must be a string, got a number']],
  [
    { channel: 'a:b', externalId: 'x\u0000', text: 'a' },
    [
      'channel: letters, digits, "_", "." and "-" only',
      'externalId: must not hold a lone surrogate or a NUL character',
    ],
  ],
  [
    { ...WHO, id: 'x'.repeat(129), name: '', text: 'a' },
    ['id: must have at most 128 characters', 'name: must not be empty'],
  ],
  [
    {
      ...WHO,
      text: 'a',
      attachments: [
        { type: 'image', url: 'javascript:alert(1)' },
        { type: 'gif', url: 'file:///etc/passwd' },
      ],
    },
    [
      'attachments.0.url: must be an absolute http: or https: URL',
      'attachments.1.type: must be one of "image", "video", "audio", "file"',
      'attachments.1.url: must be an absolute http: or https: URL',
    ],
  ],
  [{ ...WHO, text: 'a', txt: 'b' }, ['txt: unknown; a message has id, name, text, attachments, edits']],
])('every problem is named: %#', (input, expected) => {
  expect(problems(input)).toEqual(expected);
});
