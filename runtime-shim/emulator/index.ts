/** `metabot24-livetex/emulator`: a local LiveTex and local messengers for tests and for the simulator. */
import { Listener } from '../http/listen.ts';
import { BodyBudget } from '../http/read-body.ts';
import { serveApi } from './api/serve-api.ts';
import { CONTROL_PATH, serveControl } from './control/serve-control.ts';
import type { EmulatedTouchPoint, EmulatorOptions, LiveTexEmulator } from './emulator-contract.ts';
import { emulatorError } from './emulator-errors.ts';
import { parseTouchPointOptions } from './option-schemas.ts';
import { TouchPoint, touchPointDesk } from './touch-point.ts';

export { connectLiveTexEmulator } from './control/connect-livetex-emulator.ts';
export type { RemoteLiveTexEmulator } from './control/connect-livetex-emulator.ts';
export { startMaxEmulator } from './max/max-emulator.ts';
export type {
  MaxDelivery,
  MaxEmulator,
  MaxEmulatorOptions,
  MaxFault,
  MaxFile,
  MaxFileKind,
  MaxPerson,
  MaxRequest,
  MaxShownMessage,
  MaxSubscription,
} from './max/max-contract.ts';
export { startTelegramEmulator } from './telegram/telegram-emulator.ts';
export type {
  ShownMessage,
  TelegramDelivery,
  TelegramEmulator,
  TelegramEmulatorOptions,
  TelegramFault,
  TelegramFileKind,
  TelegramPerson,
  TelegramRequest,
} from './telegram/telegram-contract.ts';
export { startVkEmulator } from './vk/vk-emulator.ts';
export type {
  VkDelivery,
  VkEmulator,
  VkEmulatorOptions,
  VkFault,
  VkFile,
  VkFileKind,
  VkPerson,
  VkRequest,
  VkShownMessage,
} from './vk/vk-contract.ts';
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

const LOOPBACK = '127.0.0.1';
/** Longer than any client keeps a connection, so that the server is never the one that closes it under a request. */
const KEEP_ALIVE_MS = 120_000;
/** Memory for the bodies of all requests together: 64 of the largest size. Our choice, as in the runtime's server. */
const MAX_BODIES_BYTES = 64 * 1024 * 1024;

/**
 * Starts a local LiveTex on a loopback port: the whole Messaging API, an operator desk, webhooks and faults on demand.
 * Several may run side by side. @throws emulator_option_invalid; what `listen` throws when the port is taken
 *
 * @example
 * const emulator = await startLiveTexEmulator({ operators: [{ firstName: 'Анна', status: 'online' }] });
 * // …point a client at emulator.url with emulator.token…
 * await emulator.close();
 */
export async function startLiveTexEmulator(options: EmulatorOptions = {}): Promise<LiveTexEmulator> {
  const main = new TouchPoint(parseTouchPointOptions(options));
  const points = new Map([[main.options.token, main]]);
  const others = new Set<EmulatedTouchPoint>();
  const bodies = new BodyBudget(MAX_BODIES_BYTES);
  const control = serveControl({ point: main, desk: () => desk, bodies });
  const api = { main, byKey: (key: string) => points.get(key), bodies };
  const listener = new Listener({
    host: LOOPBACK,
    port: options.port ?? 0,
    node: { keepAliveTimeout: KEEP_ALIVE_MS },
    serve: (request, response) =>
      request.url?.startsWith(CONTROL_PATH) === true ? control(request, response) : serveApi(api, request, response),
  });
  await listener.listen();
  const url = listener.url ?? '';
  const desk = touchPointDesk(main, url, async () => {
    await Promise.all([listener.end(), ...Array.from(others, (other) => other.close())]);
  });

  function addTouchPoint(more: Omit<EmulatorOptions, 'port'> = {}): EmulatedTouchPoint {
    const parsed = parseTouchPointOptions({ touchPointId: `touch-point-${points.size + 1}`, ...more });
    const { token } = parsed;
    if (points.has(token))
      throw emulatorError('emulator_option_invalid', { what: 'this touch point', problems: ['token: it is taken'] });
    const point = new TouchPoint(parsed);
    points.set(token, point);
    const other = touchPointDesk(point, url, async () => {
      points.delete(token);
      others.delete(other);
    });
    others.add(other);
    return other;
  }

  // Not a spread of `desk`: it has a getter.
  return Object.defineProperty(desk, 'addTouchPoint', { value: addTouchPoint, enumerable: true }) as LiveTexEmulator;
}
