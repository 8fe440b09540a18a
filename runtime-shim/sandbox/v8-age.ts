import type { Logger } from '../../plugin/contract/host.ts';

/**
 * The newest hole of V8 that the project has tried itself: type confusion, mended in Chrome 138.0.7204.96
 * (https://www.cve.org/CVERecord?id=CVE-2025-6554), so in the course of V8 13.8. Node 24 has 13.6 and does not get such fixes: Node promises nothing for
 * hostile JavaScript (the threat model in its SECURITY.md). There a runner ends at once on
 * `function f(){ let x; delete x?.[y]?.a; return y; let y; } typeof f()`.
 */
const NEWEST_KNOWN_HOLE = 'CVE-2025-6554';
/** The V8 of Node 26, with which all hostile cases are run. What lies between is of lines of Node that have ended. */
const MENDED_SINCE = { major: 14, minor: 6 };

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
