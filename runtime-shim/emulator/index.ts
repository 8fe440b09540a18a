/** `metabot24-livetex/emulator`: a local LiveTex for tests and for the simulator. */
export { startLiveTexEmulator } from './start-livetex-emulator.ts';
export { connectLiveTexEmulator } from './control/connect-livetex-emulator.ts';
export type { RemoteLiveTexEmulator } from './control/connect-livetex-emulator.ts';
export type { Clock } from '../../plugin/contract/host.ts';
export type {
  EmulatedDialog,
  EmulatedMessage,
  EmulatedOperator,
  EmulatedRequest,
  EmulatedTouchPoint,
  EmulatorFault,
  EmulatorOptions,
  FaultState,
  LiveTexEmulator,
  OperatorStatus,
  WebhookDelivery,
} from './emulator-contract.ts';
