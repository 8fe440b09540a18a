/** `sqlite:<folder>`: the driver's name in a storage setting. */
const SQLITE = 'sqlite:';

/** The data folder of a storage setting; `undefined` when it is a database elsewhere. */
export function sqliteFolderOf(storage: string): string | undefined {
  return storage.startsWith(SQLITE) ? storage.slice(SQLITE.length) : undefined;
}

export function sqliteIn(folder: string): string {
  return `${SQLITE}${folder}`;
}
