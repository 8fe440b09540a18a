import type { Logger } from '../../plugin/contract/host.ts';

/** Work that nobody waits for, but that has an owner: its failures are logged, and closing waits for it. */
export class BackgroundWork {
  private readonly underWay = new Set<Promise<void>>();
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  run(what: string, work: () => Promise<unknown>): void {
    const promise: Promise<void> = work()
      .then(
        () => undefined,
        (error: unknown) => this.logger.error(`${what} failed`, { error }),
      )
      .finally(() => this.underWay.delete(promise));
    this.underWay.add(promise);
  }

  async ended(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }
}
