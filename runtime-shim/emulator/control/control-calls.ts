/** What can be asked of an emulator in another process: the desk's methods by name, their arguments checked. */
import { z } from 'zod';
import type { EmulatedTouchPoint, EmulatorFault } from '../emulator-contract.ts';
import { emulatorError } from '../emulator-errors.ts';
import { problemsOf } from '../../../plugin/contract/parse-tolerantly.ts';
import { groupSchema, operatorSchema, operatorStatusSchema } from '../option-schemas.ts';

type Desk = EmulatedTouchPoint;
type Act = (desk: Desk, args: unknown) => unknown;

const id = z.string().min(1);
const fileSchema = z.strictObject({
  url: z.string(),
  name: z.string().optional(),
  size: z.number().optional(),
  comment: z.string().optional(),
});
const method = z.tuple([z.string().optional()]);
const person = z.tuple([id]);
const personAndOperator = z.tuple([id, id]);
const personAndText = z.tuple([id, z.string()]);
const none = z.tuple([]);

export const CONTROL_CALLS: Readonly<Record<string, Act>> = {
  'operators.list': call(none, (desk) => desk.operators.list()),
  'operators.add': call(z.tuple([operatorSchema]), (desk, [operator]) =>
    desk.operators.add(withoutUndefined(operator)),
  ),
  'operators.setStatus': call(z.tuple([id, operatorStatusSchema]), (desk, args) => desk.operators.setStatus(...args)),
  'groups.list': call(none, (desk) => desk.groups.list()),
  'groups.add': call(z.tuple([groupSchema]), (desk, args) => desk.groups.add(...args)),
  'groups.remove': call(z.tuple([id]), (desk, args) => desk.groups.remove(...args)),
  'dialogs.list': call(none, (desk) => desk.dialogs.list()),
  'dialogs.get': call(person, (desk, args) => desk.dialogs.get(...args)),
  'dialogs.read': call(personAndOperator, (desk, args) => desk.dialogs.read(...args)),
  'dialogs.start': call(z.tuple([id, id, z.string()]), (desk, args) => desk.dialogs.start(...args)),
  'dialogs.reply': call(z.tuple([id, id, z.string()]), (desk, args) => desk.dialogs.reply(...args)),
  'dialogs.sendFile': call(z.tuple([id, id, fileSchema]), (desk, [userId, operatorId, file]) =>
    desk.dialogs.sendFile(userId, operatorId, withoutUndefined(file)),
  ),
  'dialogs.hold': call(personAndText, (desk, args) => desk.dialogs.hold(...args)),
  'dialogs.transfer': call(personAndOperator, (desk, args) => desk.dialogs.transfer(...args)),
  'dialogs.close': call(personAndOperator, (desk, args) => desk.dialogs.close(...args)),
  'requests.list': call(method, (desk, [name]) => desk.requests.list(name)),
  'requests.count': call(method, (desk, [name]) => desk.requests.count(name)),
  'requests.clear': call(none, (desk) => desk.requests.clear()),
  'webhooks.settings': call(none, (desk) => desk.webhooks.settings),
  'webhooks.deliveries': call(none, (desk) => desk.webhooks.deliveries()),
  'webhooks.send': call(z.tuple([z.record(z.string(), z.unknown())]), (desk, args) => desk.webhooks.send(...args)),
  'webhooks.idle': call(none, (desk) => desk.webhooks.idle()),
  'webhooks.pending': call(none, (desk) => desk.webhooks.pending()),
  'webhooks.unset': call(none, (desk) => desk.webhooks.unset()),
  'webhooks.clear': call(none, (desk) => desk.webhooks.clear()),
  // `add` answers with the fault's id: a function cannot cross.
  'faults.add': call(z.tuple([z.unknown()]), (desk, [fault]) => {
    desk.faults.add(fault as EmulatorFault);
    return desk.faults.states().at(-1)?.id;
  }),
  'faults.list': call(none, (desk) => desk.faults.list()),
  'faults.states': call(none, (desk) => desk.faults.states()),
  'faults.remove': call(z.tuple([z.string()]), (desk, args) => desk.faults.remove(...args)),
  'faults.clear': call(none, (desk) => desk.faults.clear()),
};

function call<Args extends z.ZodType>(schema: Args, act: (desk: Desk, args: z.infer<Args>) => unknown): Act {
  return (desk, args) => {
    const parsed = schema.safeParse(args);
    if (parsed.success) return act(desk, parsed.data);
    throw emulatorError('emulator_option_invalid', { what: 'these arguments', problems: problemsOf(parsed.error, '') });
  };
}

/** An optional field that is absent, as the contract has it, rather than present and undefined. */
function withoutUndefined<Value extends object>(
  value: Value,
): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>;
  };
}
