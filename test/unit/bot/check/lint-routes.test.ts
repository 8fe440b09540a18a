import { expect, test } from 'vitest';
import { routeProblems } from '../../../../runtime-shim/bot/check/lint-routes.ts';
import { readBot } from '../../../../runtime-shim/bot/load/load-bot.ts';
import { botFolder } from '../../../support/bot-folder.ts';

test.each<[string, string, boolean]>([
  ['оператор', '(позови|позвать) оператора', true],
  ['оператор', '(позови|позвать) опер', false],
  ['оператор', 'позов.*оператор\\s+быстро', true],
  ['бот|меню', '^(?:в )?меню$', false],
  ['бот|меню', '^(?:в |в главное )меню$|^бот', true],
  ['^(да|нет)$', '^да$', true],
  ['^(да|нет)$', '^да', false],
  ['^да', '^(да|давай).*', true],
  ['да(|вай)$', 'ну давай$', true],
  ['.+', 'цена', true],
  ['^(.*)$', 'цена', true],
  ['.+ .+', 'цена', false],
  ['а.*б', 'а б', false],
  ['[а-я]+', 'цена', false],
  ['(а)+', 'а', false],
])('behind the route %s the route %s is unreachable: %s', async (first, second, isUnreachable) => {
  const routes = [first, second].map((regex) => ({ regex, script: 'start' }));
  const scripts = [{ code: 'start', commands: [{ type: 'send_text', text: 'a' }] }];
  const { bot } = await readBot(await botFolder({ id: 'a', scripts, routes }));
  expect(routeProblems(bot.routes).map(({ rule }) => rule)).toEqual(isUnreachable ? ['route-unreachable'] : []);
});
