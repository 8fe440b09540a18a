import type { BindingClient, LiveTexClient, LiveTexClientOptions } from '../../../plugin/client/contract.ts';
import { createLiveTexClient } from '../../../plugin/client/index.ts';

/** The real client, with a look at how many messages and selections are under way at one time. */
export function countingClient(): {
  readonly inFlight: { max: number };
  create(options: LiveTexClientOptions): LiveTexClient;
} {
  const inFlight = { max: 0 };
  let now = 0;

  async function count<T>(act: () => Promise<T>): Promise<T> {
    now += 1;
    inFlight.max = Math.max(inFlight.max, now);
    try {
      return await act();
    } finally {
      now -= 1;
    }
  }

  function counted(client: BindingClient): BindingClient {
    return {
      ...client,
      sendText: (request, signal) => count(() => client.sendText(request, signal)),
      sendFile: (request, signal) => count(() => client.sendFile(request, signal)),
      selectDestination: (request, signal) => count(() => client.selectDestination(request, signal)),
    };
  }

  return {
    inFlight,
    create(options) {
      const client = createLiveTexClient(options);
      return { binding: (access) => counted(client.binding(access)), close: () => client.close() };
    },
  };
}
