import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connectLiveTexEmulator, type RemoteLiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';

export interface LiveTexBeside {
  readonly emulator: RemoteLiveTexEmulator;
  /** What the operators could not do though they should. */
  readonly problems: string[];
  close(): Promise<void>;
}

/** Starts LiveTex and its operators in a process of their own; `authority`: a file with a certificate that it trusts. */
export async function startLiveTexBeside(authority?: string): Promise<LiveTexBeside> {
  const problems: string[] = [];
  const child = fork(join(import.meta.dirname, 'livetex-process.ts'), {
    execArgv: [],
    env: { ...process.env, ...(authority !== undefined && { NODE_EXTRA_CA_CERTS: authority }) },
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: { url?: string; problem?: string }) => {
      if (message.url !== undefined) resolve(message.url);
      if (message.problem !== undefined) problems.push(message.problem);
    });
    child.once('exit', (code) => reject(new Error(`LiveTex's process ended with ${code}`)));
  });
  const emulator = await connectLiveTexEmulator(url);
  return {
    emulator,
    problems,
    async close() {
      await emulator.close();
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
