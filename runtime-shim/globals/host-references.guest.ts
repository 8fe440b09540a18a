/**
 * What the runner hands into a context: one reference of isolated-vm, never to be reached by the author's code. The
 * first argument says what is asked; only strings cross, and no options, which would be read through the prototype chain.
 */
export interface HostReference {
  /** `call`, plugin, function, arguments as JSON → `{"v":…}` or `{"e":{"code","message"}}`. Waits for the host's promise. */
  applySyncPromise(receiver: undefined, args: readonly ['call', string, string, string]): string;
  /** `library`, name → the source of a library. Waits for the runner's own loop. */
  applySync(receiver: undefined, args: readonly ['library', string]): string;
  /** `log`, level, text. Does not wait. */
  applyIgnored(receiver: undefined, args: readonly ['log', string, string]): void;
}

/** The caps that guest code keeps by itself; the runner and the server check again what they receive. */
export interface GuestLimits {
  readonly hostCalls: number;
  readonly actions: number;
  readonly writes: number;
  readonly systemAttributeChars: number;
  readonly logLines: number;
  readonly logLineChars: number;
  readonly resultChars: number;
}
