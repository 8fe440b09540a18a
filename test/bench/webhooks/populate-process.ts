/**
 * Fills a folder with leads and ends: in a process of its own, so that what this takes is no part of the server's memory.
 * Arguments: the folder, how many leads, `history` (which brings the list of open dialogs, too: a server would else make it beside what is measured) or nothing.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { findOpenDialogs } from '../../../plugin/core/dialog-record.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { populate } from './populate.ts';

const [folder = '', leads = '', history] = process.argv.slice(2);
const storage = await openStorage(`sqlite:${folder}`, { clock: systemClock });
await populate(storage, Number(leads), { history: history === 'history' });
if (history === 'history') await findOpenDialogs(storage, () => true);
await storage.close();
// Else the kernel would still be writing all of it to the disk while flushes are measured.
const file = openSync(join(folder, 'data.db'), 'r+');
fsyncSync(file);
closeSync(file);
