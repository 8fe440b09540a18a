/** What the runner hands into a context: references of isolated-vm, never to be reached by the author's code. */
export interface HostReference {
  /** Waits for the host's promise: only for calls that leave the runner. */
  applySyncPromise(receiver: undefined, args: readonly string[]): string;
  /** Waits for the runner's own loop. */
  applySync(receiver: undefined, args: readonly string[]): string;
  /** Does not wait. */
  applyIgnored(receiver: undefined, args: readonly string[]): void;
}

export interface HostReferences {
  /** `(plugin, function, argsJson)` → `{"v":…}` or `{"e":{"code","message"}}`. */
  readonly call: HostReference;
  /** `(name)` → the source of a library. */
  readonly library: HostReference;
  /** `(level, text)`. */
  readonly log: HostReference;
}

/** The caps that guest code keeps by itself; the runner and the server check again what they receive. */
export interface GuestLimits {
  readonly hostCalls: number;
  readonly actions: number;
  readonly logLines: number;
  readonly logLineChars: number;
  readonly resultChars: number;
}
