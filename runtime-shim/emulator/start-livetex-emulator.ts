import { serveApi } from './api/serve-api.ts';
import type { EmulatedTouchPoint, EmulatorOptions, LiveTexEmulator } from './emulator-contract.ts';
import { CONTROL_PATH, serveControl } from './control/serve-control.ts';
import { TouchPoint, touchPointDesk } from './touch-point.ts';
import { emulatorError } from './emulator-errors.ts';
import { startHttpServer } from './http-server.ts';
import { parseTouchPointOptions } from './touch-point-options.ts';

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
  const server = await startHttpServer(options.port ?? 0, async (message, response) => {
    if (message.url?.startsWith(CONTROL_PATH)) await serveControl({ point: main, desk }, message, response);
    else await serveApi({ main, byKey: (key) => points.get(key) }, message, response);
  });
  const desk = touchPointDesk(main, server.url, async () => {
    await Promise.all([server.close(), ...Array.from(others, (other) => other.close())]);
  });

  function addTouchPoint(more: Omit<EmulatorOptions, 'port'> = {}): EmulatedTouchPoint {
    const parsed = parseTouchPointOptions({ touchPointId: `touch-point-${points.size + 1}`, ...more });
    const { token } = parsed;
    if (points.has(token))
      throw emulatorError('emulator_option_invalid', { what: 'this touch point', problems: ['token: it is taken'] });
    const point = new TouchPoint(parsed);
    points.set(token, point);
    const other = touchPointDesk(point, server.url, async () => {
      points.delete(token);
      others.delete(other);
    });
    others.add(other);
    return other;
  }

  // Not a spread of `desk`: it has a getter.
  return Object.defineProperty(desk, 'addTouchPoint', { value: addTouchPoint, enumerable: true }) as LiveTexEmulator;
}
