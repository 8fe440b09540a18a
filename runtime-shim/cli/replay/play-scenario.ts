import { randomBytes } from 'node:crypto';
import { createLiveTexClient } from '../../../plugin/client/index.ts';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { startLiveTexEmulator } from '../../emulator/index.ts';
import { type ReplayResult, replayRecording } from '../../simulator/recording/replay-recording.ts';
import type { DialogRecording } from '../../simulator/recording/recording-schema.ts';
import { configSchema } from '../config/config-schema.ts';
import { createRuntimeOf } from '../create-runtime-of.ts';

const HOST = '127.0.0.1';
const BINDING = 'main';

/** Plays a recording against a bot folder: a runtime, the plugin and a local LiveTex of its own, all in memory. */
export async function playScenario(botFolder: string, recording: DialogRecording): Promise<ReplayResult> {
  const emulator = await startLiveTexEmulator({ operators: [] });
  const storage = createMemoryStorage({ clock: systemClock });
  try {
    const key = randomBytes(16).toString('base64url');
    const webhook = { publicUrl: `http://${HOST}`, key };
    const access = { id: BINDING, token: emulator.token, baseUrl: emulator.url };
    const config = configSchema.parse({ bot: botFolder, livetex: [{ ...access, webhook }] });
    const runtime = await createRuntimeOf(config, { storage, http: { host: HOST, port: 0 } });
    try {
      await runtime.start();
      // With port 0 the address is known only now.
      await setWebhook(config.livetex[0], `${runtime.url ?? ''}/webhook/livetex/${BINDING}`, key);
      return await replayRecording(recording, { runtime, emulator });
    } finally {
      await runtime.close();
    }
  } finally {
    await Promise.all([storage.close(), emulator.close()]);
  }
}

type Binding = ReturnType<typeof configSchema.parse>['livetex'][number];

async function setWebhook(binding: Binding | undefined, url: string, key: string): Promise<void> {
  if (binding === undefined) return;
  const client = createLiveTexClient({ clock: systemClock });
  try {
    await client.binding(binding).setWebhook({ url, webhook_key: key });
  } finally {
    await client.close();
  }
}
