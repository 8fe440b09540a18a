import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { addressProblem, AllowList, allowedProblem } from '../../../runtime-shim/api/allow-list.ts';
import { PRIVATE_ADDRESS, publicLookup } from '../../../runtime-shim/api/connections.ts';
import { isPublicAddress } from '../../../runtime-shim/api/public-address.ts';

describe('addresses of servers on the public Internet', () => {
  test.each(['93.184.216.34', '8.8.8.8', '2606:4700:4700::1111', '2a00:1450:4010:c05::64'])('%s is one', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd00:ec2::254',
    'fec0::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    'localhost',
    '',
  ])('%s is none', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('the list of allowed addresses', () => {
  const list = new AllowList([
    'https://crm.example.com/',
    'https://api.example.com/v1/orders',
    'http://10.0.0.5:8080/',
    { url: 'http://crm.internal:8080/', private: true },
    'https://почта.рф/',
  ]);
  const found = (url: string): boolean | undefined => list.find(new URL(url))?.private;

  test.each([
    ['https://crm.example.com/', false],
    ['https://crm.example.com/orders/7?full=1', false],
    ['HTTPS://CRM.EXAMPLE.COM:443/x', false],
    ['https://api.example.com/v1/orders', false],
    ['https://api.example.com/v1/orders/', false],
    ['https://api.example.com/v1/orders/7', false],
    ['http://10.0.0.5:8080/x', true],
    ['http://167772165:8080/x', true],
    ['http://crm.internal:8080/x', true],
    ['https://xn--80a1acny.xn--p1ai/x', false],
    ['https://почта.рф/x', false],
  ])('allows %s', (url, isPrivate) => {
    expect(found(url)).toBe(isPrivate);
  });

  test.each([
    'http://crm.example.com/',
    'https://crm.example.com:8443/',
    'https://crm.example.com.evil.example/',
    'https://crm.example.com./',
    'https://evil.example/https://crm.example.com/',
    'https://api.example.com/v1/orders-of-others',
    'https://api.example.com/v1/orders/../admin',
    'https://api.example.com/v1/orders/%2e%2e/admin',
    'https://api.example.com/v1/',
    'http://10.0.0.5/',
    'http://crm.internal/',
    'https://xn--80a1acny.xn--p1ai.evil.example/',
  ])('does not allow %s', (url) => {
    expect(found(url)).toBe(undefined);
  });

  test('one that allows all allows private addresses too', () => {
    expect(new AllowList([], true).find(new URL('http://127.0.0.1/'))).toEqual({ private: true });
  });
});

test.each([
  ['', 'is not a whole address such as "https://crm.example.com/orders"'],
  ['/orders', 'is not a whole address such as "https://crm.example.com/orders"'],
  ['ftp://crm.example.com/', 'must begin with http:// or https://'],
  ['file:///etc/passwd', 'must begin with http:// or https://'],
  ['https://user@crm.example.com/', 'must not hold a user name or a password: set a header'],
  ['https://crm.example.com@evil.example/', 'must not hold a user name or a password: set a header'],
  ['https://:secret@crm.example.com/', 'must not hold a user name or a password: set a header'],
  ['https://crm.example.com/a/..%2fadmin', 'has an escaped ".." or "\\" in its path'],
  ['https://crm.example.com/a/%2e%2e%2fadmin', 'has an escaped ".." or "\\" in its path'],
  ['https://crm.example.com/a/%252e%252e%252fadmin', 'has an escaped ".." or "\\" in its path'],
  ['https://crm.example.com/a/..;/admin', 'has an escaped ".." or "\\" in its path'],
  ['https://crm.example.com/a/..%5cadmin', 'has an escaped ".." or "\\" in its path'],
  [`https://crm.example.com/${'a'.repeat(8_000)}`, 'is longer than 8000 characters'],
])('the address %s is refused', (address, problem) => {
  expect(addressProblem(address)?.en).toBe(problem);
});

test('an ordinary address has no problem, and one of the list has no query', () => {
  expect(addressProblem('https://crm.example.com/заказы/7..8?phone=%2B7&path=../x')).toBe(undefined);
  expect(allowedProblem('https://crm.example.com/orders')).toBe(undefined);
  expect(allowedProblem('https://crm.example.com/?key=1')?.en).toContain('must not have a query');
  expect(allowedProblem('https://crm.example.com/#a')?.en).toContain('must not have a query');
});

test('a name that resolves to another address each time is connected to where it was looked at, or not at all', () => {
  const answers: LookupAddress[][] = [
    [{ address: '8.8.8.8', family: 4 }],
    [{ address: '127.0.0.1', family: 4 }],
    [
      { address: '8.8.8.8', family: 4 },
      { address: '::ffff:169.254.169.254', family: 6 },
    ],
    [],
  ];
  let asked = 0;
  const connectedTo = publicLookup((_name, _options, callback) => callback(null, answers[asked++] ?? []));
  const seen: unknown[] = [];
  const connect = (all: boolean): void =>
    connectedTo('rebinding.example', { all }, (error, address) => seen.push(error?.code ?? address));
  for (const all of [true, true, true, false]) connect(all);
  expect(seen).toEqual([answers[0], PRIVATE_ADDRESS, PRIVATE_ADDRESS, PRIVATE_ADDRESS]);
  // Nothing was asked twice: what was judged is what is connected to.
  expect(asked).toBe(answers.length);
});
