/**
 * The program of `symbols.test.ts`: scripts in one isolate, without the second try in a fresh one that a runner gives. Each leaves
 * two megabytes in its registry of symbols. Tells how many ran before there was no room, and why it ended before its time.
 */
import { loadPlatformSources } from '../../../runtime-shim/globals/bundles.ts';
import { GUEST_NAMES } from '../../../runtime-shim/sandbox/runner/definitions.ts';
import { bootText, IsolateSlot } from '../../../runtime-shim/sandbox/runner/isolate-slot.ts';

const SCRIPTS = 150;

/** The isolate's memory, MB: with a leak it is full long before the last script, without one what waits to be collected has room. */
const MEMORY_MB = 96;
const limits = JSON.stringify({
  hostCalls: 1,
  actions: 1,
  writes: 1,
  systemAttributeChars: 1,
  logLines: 1,
  logLineChars: 1,
  resultChars: 1_000,
});
const { platform } = await loadPlatformSources();
const slot = new IsolateSlot(
  MEMORY_MB,
  () => bootText(platform, limits, []),
  () => undefined,
);
const code = "const big = 'x'.repeat(1000); for (let i = 0; i < 2000; i += 1) Symbol.for(big + tag + i);";
const unit = {
  source: `globalThis["${GUEST_NAMES.run}"]((function () {\n${code}\n}), false);`,
  locate: (line: number, column: number) => ({ library: null, line, column }),
  definitions: [],
};
let ran = 0;
for (; ran < SCRIPTS; ran += 1) {
  const lead = { data: {}, channel: 'telegram', attributes: {}, systemAttributes: {}, tags: [] };
  const input = JSON.stringify({
    file: 'a.js',
    args: { tag: `${ran}-` },
    lead,
    bot: {},
    memory: {},
    libraries: {},
    libraryNames: {},
  });
  const report = await slot.run(unit, { input, plugins: 0 }).catch(String);
  if (!report.includes('"ok":true')) {
    process.stdout.write(`${report.slice(0, 500)} after `);
    break;
  }
}
process.stdout.write(`${ran} scripts\n`);
slot.dispose();
