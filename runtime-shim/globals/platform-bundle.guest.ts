/** The entry of the platform's bundle. Exports of a bundle cost each context getters and copies, so it fills in a record instead. */
import { start } from './platform.guest.ts';

declare const guest: { start: typeof start };

guest.start = start;
