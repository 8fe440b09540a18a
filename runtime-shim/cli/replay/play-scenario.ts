import { randomBytes } from 'node:crypto';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { startLiveTexEmulator } from '../../emulator/index.ts';
import { type ReplayResult, replayRecording } from '../../simulator/recording/replay-recording.ts';
import type { DialogRecording } from '../../simulator/recording/recording-schema.ts';
import { configSchema } from '../config/config-schema.ts';
import { createRuntimeOf } from '../create-runtime-of.ts';
import { setWebhookAt } from '../register-webhooks.ts';

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
      const [binding] = config.livetex;
      if (binding !== undefined) await setWebhookAt(binding, runtime.url ?? '');
      return await replayRecording(recording, { runtime, emulator });
    } finally {
      await runtime.close();
    }
  } finally {
    await Promise.all([storage.close(), emulator.close()]);
  }
}
