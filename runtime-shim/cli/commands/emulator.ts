import { startLiveTexEmulator } from '../../emulator/index.ts';
import { type CommandWork, EXIT_DONE } from '../command.ts';
import { aborted, listenOn } from '../listening.ts';
import { printableJson } from '../terminal.ts';

/** `emulator`: the local LiveTex alone. Its control API is the emulator's own. */
export const emulator: CommandWork = async ({ terminal, arguments: { values }, json, stop }) => {
  const port = Number(values['port'] ?? 0);
  const token = values['token'];
  const started = await listenOn({ host: '127.0.0.1', port }, '--port', async () => {
    return await startLiveTexEmulator({ port, ...(token === undefined ? {} : { token }) });
  });
  try {
    if (json) {
      terminal.out(printableJson({ url: started.url, token: started.token }));
    } else {
      terminal.out(`LiveTex emulator: ${started.url}`);
      terminal.out(`Token: ${started.token}`);
      terminal.out('Stop with Ctrl+C');
    }
    await aborted(stop);
  } finally {
    await started.close();
  }
  return EXIT_DONE;
};
