import type { LiveTexHost } from '../contract/host.ts';
import type { LeadRef } from '../contract/lead.ts';
import type { ScriptType } from '../contract/script-types.ts';
import { pluginError } from '../errors.ts';
import { originNow } from './origin.ts';

/** Calls a port of the platform; its failure gets a code, and is tried again by the lane. @throws host_failed */
export async function askHost<Value>(port: string, ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    throw pluginError('host_failed', { port }, error);
  }
}

/** Those of the script types that the lead's bot has. @throws host_failed */
export async function scriptsThere(
  host: LiveTexHost,
  lead: LeadRef,
  types: readonly ScriptType[],
): Promise<ReadonlySet<ScriptType>> {
  const found = new Set<ScriptType>();
  for (const type of types) {
    if (await askHost('hasScript', () => host.hasScript(lead, { type }, originNow()))) found.add(type);
  }
  return found;
}
