import type { Logger } from '../../plugin/contract/host.ts';

/**
 * The newest hole of V8 that the project has tried itself, and the first line of V8 without it. A runner ends at once on
 * `function f(){ let x; delete x?.[y]?.a; return y; let y; } typeof f()`. Node does not carry such fixes into old lines of
 * V8, because Node itself promises nothing for hostile JavaScript (its security policy, "the Node.js threat model").
 */
const NEWEST_KNOWN_HOLE = 'CVE-2025-6554';
/** Branched on 30 June 2025, four days after the fix. Node 24 has 13.6, Node 26 has 14.6. */
const MENDED_SINCE = { major: 13, minor: 9 };

/** Says loudly that scripts run on a V8 with a known hole. `version`: `process.versions.v8`. */
export function warnOfOldV8(logger: Logger | undefined, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isMended = major > MENDED_SINCE.major || (major === MENDED_SINCE.major && minor >= MENDED_SINCE.minor);
  if (isMended) return;
  logger?.error('the sandbox runs on a V8 with a known hole: a hostile script can take over its runner process', {
    v8: version,
    hole: NEWEST_KNOWN_HOLE,
    mendedSince: `${MENDED_SINCE.major}.${MENDED_SINCE.minor}`,
    todo: 'run this service on Node 26',
  });
}
