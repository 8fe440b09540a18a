/** An emulator in a process of its own, for the tests of the remote driver: tells its parent where it is. */
import { startLiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';

const emulator = await startLiveTexEmulator({ operators: [{ id: 'anna', firstName: 'Анна' }] });
process.send?.({ url: emulator.url, token: emulator.token });
// An orphan must not outlive its test.
process.on('disconnect', () => process.exit());
