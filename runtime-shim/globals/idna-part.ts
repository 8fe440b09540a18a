/** The entry of the bundle with the tables for names of hosts that are not ASCII: most scripts never need them. */
import { toASCII, toUnicode } from 'tr46';

declare const guest: Record<string, unknown>;

guest['toASCII'] = toASCII;
guest['toUnicode'] = toUnicode;
