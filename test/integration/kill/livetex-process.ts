/** LiveTex and its operators in a process of their own: tells its parent where it is, and what went wrong. */
import { messageOf } from '../../../plugin/contract/coded-error.ts';
import { startLiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';
import { putOperatorsToWork } from './operators-at-work.ts';
import { ANNA, BORIS } from './words.ts';

const emulator = await startLiveTexEmulator({
  operators: [
    { firstName: ANNA, status: 'online' },
    { firstName: BORIS, status: 'online' },
  ],
});
putOperatorsToWork(emulator, (problem) => process.send?.({ problem: messageOf(problem) }));
process.send?.({ url: emulator.url });
// An orphan must not outlive its test.
process.on('disconnect', () => process.exit());
