import { spawn } from 'node:child_process';
import { uploadError } from './upload-errors.ts';

/** What `clamdscan` and `clamscan` end with when they have found something. */
const FOUND = 1;

/** Has a program look at a file. @throws upload_infected, upload_failed */
export async function scanFile(
  [program, ...args]: readonly [string, ...string[]],
  path: string,
  timeoutMs: number,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  const child = spawn(
    program,
    args.map((one) => one.replaceAll('{file}', path)),
    { stdio: 'ignore', timeout: timeoutMs, killSignal: 'SIGKILL' },
  );
  child.once('error', reject).once('exit', resolve);
  const code = await promise.catch((error: unknown) => {
    throw uploadError('upload_failed', { why: 'the virus scanner could not be started' }, error);
  });
  if (code === 0) return;
  if (code === FOUND) throw uploadError('upload_infected', {});
  throw uploadError('upload_failed', {
    why: code === null ? 'the virus scanner did not end in time' : `the virus scanner ended with ${code}`,
  });
}
