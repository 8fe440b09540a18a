/** Groups of operators: what LiveTex tells of them, and which one a dialog goes to. */
import { z } from 'zod';
import type { Destination } from './livetex-api.ts';
import { textSchema } from './message.ts';
import type { Text } from './text.ts';

/** Longest id of a group, UTF-16 units. Our choice: it is kept with the dialog. Cut, an id would name nobody. */
const MAX_GROUP_ID = 200;
/** Longest name that is kept and shown. Our choice. */
export const MAX_GROUP_NAME = 200;
/** Groups of a reserve. Our choice: more than anybody has. */
export const MAX_RESERVE = 20;
/** Groups that are looked at, in LiveTex's order. Our choice: far above what a touch point has. */
const MAX_GROUPS = 200;
/** Names of groups that one message lists. Our choice: enough to see a mistyped one. */
const MAX_LISTED = 20;

export const groupSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Somebody has the status "Доступен". */
  online: z.boolean(),
  /** Somebody can take a new dialog: slots are counted from version 1.2 on, before it is as `online`. */
  free: z.boolean(),
});
export type Group = z.infer<typeof groupSchema>;

/** As settings, commands and scripts name a group: its name or its id. */
export const groupNameSchema = textSchema.trim().min(1).max(MAX_GROUP_NAME);
/** Groups that are tried in order when the first one has nobody. */
export const reserveSchema = z.array(groupNameSchema).max(MAX_RESERVE);

/** `has_online` decides, as Metabot24's documentation says. 1.2 has `is_available` beside it, which counts free slots: a full group still has operators online. */
export function isOnline(group: Destination): boolean {
  return group.has_online ?? group.is_available ?? false;
}

/** LiveTex's groups in its order. In a webhook it does not say who is online: then nobody is. */
export function groupsOf(destinations: readonly Destination[]): Group[] {
  return destinations
    .filter(({ destination_id: id }) => id !== '' && id.length <= MAX_GROUP_ID)
    .slice(0, MAX_GROUPS)
    .map((destination) => {
      const id = sound(destination.destination_id);
      const online = isOnline(destination);
      const name = sound(destination.name ?? '')
        .slice(0, MAX_GROUP_NAME)
        .toWellFormed()
        .trim();
      return { id, name: name || id, online, free: destination.is_available ?? online };
    });
}

/** As PostgreSQL can keep it. */
function sound(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '');
}

/** The group with this id or name; `undefined`: there is none. Of equal names the first; case matters only between names that differ in nothing else. */
export function findGroup(groups: readonly Group[], idOrName: string): Group | undefined {
  const wanted = idOrName.trim();
  const folded = wanted.toLowerCase();
  return (
    groups.find(({ id }) => id === wanted) ??
    groups.find(({ name }) => name === wanted) ??
    groups.find(({ name }) => name.toLowerCase() === folded)
  );
}

/** Which groups somebody wants, by id or name. */
export const wantedGroupsSchema = z.object({
  /** Left out: the default one. */
  group: groupNameSchema.exactOptional(),
  /** Left out: those of the settings. */
  reserve: reserveSchema.exactOptional(),
});
export type WantedGroups = z.infer<typeof wantedGroupsSchema>;

/** A binding's settings. */
export interface DefaultGroups {
  /** Left out: the first in LiveTex's order. */
  readonly group?: string | undefined;
  readonly reserveGroups: readonly string[];
}

export interface GroupChoice {
  /** `undefined`: LiveTex has no group at all. */
  readonly group: Group | undefined;
  /** Names that LiveTex does not have. */
  readonly unknown: readonly string[];
}

/**
 * The group that a dialog goes to: of the wanted one and the reserve in their order the first with a free operator, else the
 * first with an operator online, else the wanted one, in whose queue the dialog waits. One that is not there is the default one.
 */
export function chooseGroup(groups: readonly Group[], wanted: WantedGroups, defaults: DefaultGroups): GroupChoice {
  const unknown: string[] = [];
  const named = (name: string | undefined): Group | undefined => {
    if (name === undefined) return undefined;
    const found = findGroup(groups, name);
    if (found === undefined) unknown.push(name);
    return found;
  };
  const first = named(wanted.group) ?? named(defaults.group) ?? groups[0];
  const reserve = (wanted.reserve ?? defaults.reserveGroups).map(named);
  const candidates = [first, ...reserve].filter((group) => group !== undefined);
  const group = candidates.find(({ online, free }) => online && free) ?? candidates.find(({ online }) => online);
  return { group: group ?? first, unknown };
}

/** For the author's log: names that LiveTex does not have, the group in their place, and those that there are. `undefined`: all are there. */
export function unknownGroupsNote(groups: readonly Group[], { group, unknown }: GroupChoice): string | undefined {
  if (unknown.length === 0) return undefined;
  const names = unknown.map((name) => `«${name}»`).join(', ');
  const instead = group === undefined ? '' : `, диалог идёт в группу «${group.name}»`;
  return `В LiveTex нет группы ${names}${instead}: ${listedGroups(groups).ru}`;
}

/** The names that there are, for whoever mistyped one. */
export function listedGroups(groups: readonly Group[]): Text {
  if (groups.length === 0) return { en: 'LiveTex has no group at all', ru: 'в LiveTex нет ни одной группы' };
  const names = groups.slice(0, MAX_LISTED).map(({ name }) => `«${name}»`);
  const more = groups.length > MAX_LISTED ? ', …' : '';
  return { en: `LiveTex has ${names.join(', ')}${more}`, ru: `в LiveTex есть ${names.join(', ')}${more}` };
}
