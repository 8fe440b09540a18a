/** Names in the global scope of a context before the script's first line; the same as in `globals/platform.guest.ts`. */
export const GUEST_NAMES = {
  host: 'metabot:host',
  input: 'metabot:input',
  definitions: 'metabot:definitions',
  run: 'metabot:run',
} as const;

/** The name under which V8 reports a position in the author's script (`globals/stack.guest.ts`). */
export const SCRIPT_NAME = 'metabot-script';
/** A library is compiled under this and its name (`globals/stack.guest.ts`). */
export const LIBRARY_NAME = 'metabot-library:';
/** The name of our own code in the isolate. */
export const PLATFORM_NAME = 'metabot:platform';
