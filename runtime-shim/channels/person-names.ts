import type { ChannelDriver, InboundItem } from './contract.ts';

/** Names that are asked for at one time. */
const MOST = 100;
/** People who are remembered; beyond it all are asked for again. */
const MANY = 10_000;
/** How long what came waits for a name, ms. Our choice: short beside the time in which a messenger wants its answer. */
const PATIENCE_MS = 2_000;

/** Names of people whose messenger tells none with what they send: asked for once a person, before what came is stored. */
export class PersonNames {
  readonly #driver: ChannelDriver;
  readonly #known = new Map<string, string>();

  constructor(driver: ChannelDriver) {
    this.#driver = driver;
  }

  /** The same items, with names where they could be had in time. Never rejects. */
  async added(items: readonly InboundItem[], stopping: AbortSignal): Promise<readonly InboundItem[]> {
    const driver = this.#driver;
    if (driver.namesOf === undefined) return items;
    const nameless = items.flatMap((item) =>
      'from' in item && item.from !== undefined && item.from.name === undefined ? [item.from.id] : [],
    );
    const asked = [...new Set(nameless)].filter((id) => !this.#known.has(id)).slice(0, MOST);
    if (this.#known.size + asked.length > MANY) this.#known.clear();
    if (asked.length > 0) {
      const signal = AbortSignal.any([stopping, AbortSignal.timeout(PATIENCE_MS)]);
      try {
        const told = await driver.namesOf(asked, signal);
        for (const id of asked) this.#known.set(id, told.get(id) ?? '');
      } catch {
        // A message is worth more than a name: it is asked for again with the next one.
      }
    }
    return items.map((item) => {
      const name = 'from' in item && item.from !== undefined ? this.#known.get(item.from.id) : undefined;
      return name === undefined || name === '' || !('from' in item) || item.from === undefined
        ? item
        : { ...item, from: { name, ...item.from } };
    });
  }
}
