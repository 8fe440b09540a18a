/** The 15-line script that everybody runs: one attribute write and one availability check. */
export const SCRIPT = `
var orders = [{ id: 701, sum: 990 }, { id: 705, sum: 12400 }, { id: 702, sum: 150 }];
var newest = orders[0];
for (var i = 1; i < orders.length; i++) {
  if (orders[i].id > newest.id) newest = orders[i];
}
var total = orders.reduce(function (sum, order) { return sum + order.sum; }, 0);
var title = 'Заявка № ' + newest.id;
var words = title.split(' ').map(function (word) { return word.toUpperCase(); });
lead.setAttr('last_order', String(newest.id));
if (livetex.hasOnlineOperators()) {
  return { script: 'online', title: words.join(' '), total: total };
}
return { script: 'offline', title: words.join(' '), total: total };
`;

/** What it returns when an operator is online. */
const EXPECTED = JSON.stringify({ script: 'online', title: 'ЗАЯВКА № 705', total: 13_540 });

/** Something that can run the script. */
export interface ScriptRunner {
  readonly name: string;
  /** Runs the script once; rejects when the result is not the right one. */
  run(): Promise<void>;
  close(): Promise<void>;
}

/** A runner that answered wrongly has not run anything: no figure without the right result. */
export function assertResult(name: string, returned: string, attribute: unknown): void {
  if (returned !== EXPECTED || attribute !== '705')
    throw new Error(`${name} answered ${returned}, attribute ${String(attribute)}`);
}

/** The host's side of the availability check, the same for all: an answer that is at hand, given asynchronously. */
export async function hasOnlineOperators(): Promise<boolean> {
  return true;
}
