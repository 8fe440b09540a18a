import { channelsEn } from './channels-en.ts';
import type { Texts } from './ru.ts';

export const en: Texts = {
  title: 'metabot-livetex console',
  nav: 'Pages of the console',
  skip: 'To the content',
  loading: 'Loading…',
  offline: 'No connection to the server, trying again…',
  again: 'Again',
  further: 'Show more',
  cancel: 'Cancel',
  logOut: 'Log out',
  thisMachine: 'this machine',
  roles: { admin: 'admin', viewer: 'looks only' },
  pages: {
    channels: 'Channels',
    audit: 'Audit log',
  },
  login: {
    name: 'Your name',
    nameHint: 'It stands in the log of changes.',
    token: 'Token',
    tokenHint: 'http.adminToken of the server’s configuration; to look only, http.viewerToken.',
    enter: 'Log in',
  },
  audit: {
    about: 'Who changed what, and when. Kept for 400 days, without tokens, keys and texts of leads.',
    when: 'When',
    who: 'Who',
    what: 'What',
    about_: 'About',
    deeds: {
      login: 'logged in',
      logout: 'logged out',
      binding_added: 'new binding',
      binding_changed: 'binding changed',
      binding_removed: 'binding removed',
      webhook_set: 'webhook set',
      webhook_removed: 'webhook removed',
    },
  },
  channels: channelsEn,
};
