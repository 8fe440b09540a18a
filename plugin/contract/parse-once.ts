/**
 * For zod, of what a process parses once or twice (settings, a bot's description): it makes a function for each schema of an object when that is
 * first used, which takes longer than it saves here, and a start is made of such parses.
 */
export const ONCE = { jitless: true } as const;
