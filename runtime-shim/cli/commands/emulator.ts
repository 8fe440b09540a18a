import { CLI_TEXTS } from '../cli-texts.ts';
import { startLiveTexEmulator } from '../../emulator/index.ts';
import { type CommandWork, EXIT_DONE } from '../command.ts';
import { aborted, listenOn } from '../listening.ts';
import { printableJson } from '../terminal.ts';

/** `emulator`: the local LiveTex alone. Its control API is the emulator's own. */
export const emulator: CommandWork = async ({ terminal, arguments: { values }, language, json, stop }) => {
  const port = Number(values['port'] ?? 0);
  const token = values['token'];
  const started = await listenOn({ host: '127.0.0.1', port }, '--port', async () => {
    return await startLiveTexEmulator({ port, ...(token === undefined ? {} : { token }) });
  });
  try {
    if (json) {
      terminal.out(printableJson({ url: started.url, token: started.token }));
    } else {
      terminal.out(CLI_TEXTS.emulator(started.url)[language]);
      terminal.out(CLI_TEXTS.token(started.token)[language]);
      terminal.out(CLI_TEXTS.stopWith[language]);
    }
    await aborted(stop);
  } finally {
    await started.close();
  }
  return EXIT_DONE;
};
