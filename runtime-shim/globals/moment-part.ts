/** The entry of the bundle with moment, for `require('moment')`: in English alone, which is a seventh of it. */
import moment from 'moment';

declare const guest: Record<string, unknown>;

guest['moment'] = moment;
