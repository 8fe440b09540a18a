import type { Logger } from '../../plugin/contract/host.ts';

/** The logger of a runtime that was given none: a library does not write on its user's streams. */
export const SILENT_LOGGER: Logger = { debug() {}, info() {}, warn() {}, error() {} };
