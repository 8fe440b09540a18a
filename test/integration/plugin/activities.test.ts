import { expect, test } from 'vitest';
import { startDesk } from '../../support/desk.ts';

test('people read what LiveTex reported before what came of it', async () => {
  await using desk = await startDesk();
  await desk.toOperator();
  desk.emulator.dialogs.close(desk.userId, desk.anna);
  await desk.settle();
  const told = desk.host.activities.flatMap((activity) => {
    if (activity.kind === 'mode') return [`${activity.from} → ${activity.to}`];
    return activity.kind === 'webhook' && activity.outcome === 'stored'
      ? [(activity.event as { type: string }).type]
      : [];
  });
  expect(told.slice(told.indexOf('MessageDelivered'))).toEqual([
    'MessageDelivered',
    'waiting → operator',
    'Closed',
    'operator → bot',
  ]);
});
