import { onTestFinished } from 'vitest';
import type { EmulatorOptions, LiveTexEmulator } from '../../runtime-shim/emulator/emulator-contract.ts';
import { startLiveTexEmulator } from '../../runtime-shim/emulator/index.ts';

/** An emulator that closes itself after the test. Default: as `startLiveTexEmulator`. */
export async function useEmulator(options?: EmulatorOptions): Promise<LiveTexEmulator> {
  const emulator = await startLiveTexEmulator(options);
  onTestFinished(() => emulator.close());
  return emulator;
}
