/** The entry of the plugin's bundle. Exports of a bundle cost each context getters and copies, so it fills in a record instead. */
import { install } from './livetex.guest.ts';

declare const guest: { install: typeof install };

guest.install = install;
