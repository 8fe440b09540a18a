/** `metabot24-livetex/emulator`: a local LiveTex for tests and for the simulator. */
export { startLiveTexEmulator } from './start-livetex-emulator.ts';
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
} from './contract.ts';
