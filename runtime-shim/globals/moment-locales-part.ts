/** The entry of the bundle with moment in all languages, for `require('moment-with-locales')`. */
import moment from 'moment/min/moment-with-locales.js';

declare const guest: Record<string, unknown>;

guest['moment'] = moment;
