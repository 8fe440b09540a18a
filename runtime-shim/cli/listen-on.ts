import { codeOf } from '../../plugin/contract/coded-error.ts';
import { cliError } from './errors.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Why an address cannot be opened, by the system's error code (errno(3), bind(2)). */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'no permission'],
  ['EADDRNOTAVAIL', 'this machine does not have it'],
  ['ENOTFOUND', 'there is no such host'],
]);

/** Does what listens on an address, and says it plainly when the address cannot be had. @throws cli_port_in_use, cli_address_refused */
export async function listenOn<T>({ host, port }: Address, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'EADDRINUSE') throw cliError('cli_port_in_use', { port }, error);
    const reason = REASONS.get(code);
    if (reason !== undefined) throw cliError('cli_address_refused', { host, port, reason }, error);
    throw error;
  }
}
