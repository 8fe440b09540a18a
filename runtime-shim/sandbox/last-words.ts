/**
 * What the log may say of a runner's end. V8 and Node write source lines, messages and values of the script that ran to
 * the error output, and those are the author's and the leads'. So only words of this list are passed on, as they stand
 * here. They are what V8 and Node say themselves, whatever the script was.
 */
const KNOWN_WORDS = [
  'Fatal error in',
  'FATAL ERROR',
  'Check failed',
  'Debug check failed',
  'unreachable code',
  'invalid size error',
  'JavaScript heap out of memory',
  'Allocation failed',
  'invalid array length',
  'Fatal process out of memory',
  'Last few GCs',
  'V8 Sandbox',
  'Uncaught',
  'ERR_ACCESS_DENIED',
  'ERR_UNHANDLED_REJECTION',
  'std::bad_alloc',
  'terminate called',
  'stack smashing detected',
  'double free or corruption',
];

/** Which of V8's own words stand in an error output; never any other part of it. */
export function knownWords(output: string): string {
  return KNOWN_WORDS.filter((words) => output.includes(words)).join(', ');
}
