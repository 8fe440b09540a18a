import { type Employee as WireEmployee, employeeName } from '../contract/livetex-api.ts';
import type { WebhookEvent } from '../contract/livetex-webhook.ts';
import type { DialogEvent, Employee } from '../contract/dialog.ts';
import { groupsOf } from '../contract/groups.ts';

/** LiveTex repeats an event for 24 h, so an honest one is not older than this, whatever the clocks say. Our choice: with a wide margin. */
const OLDEST_PLAUSIBLE_MS = 7 * 24 * 3_600_000;
/** No two honest clocks differ by a day. Our choice. */
const NEWEST_PLAUSIBLE_MS = 24 * 3_600_000;
/** Longest id of an employee, UTF-16 units. Our choice: it is kept with the dialog, and a webhook may be a megabyte. */
const MAX_ID_LENGTH = 200;
/** Longest operator's name in a notice, UTF-16 units. Our choice. */
const MAX_NAME_LENGTH = 200;

/**
 * What a webhook means for the dialog of its `user_id`; `undefined` when it means nothing: our own echo, a delivery that
 * no employee caused, what belongs to the history only, and what is not about one lead.
 */
export function fromWebhook(event: WebhookEvent, receivedAt: number): DialogEvent | undefined {
  if (!isForDialog(event)) return undefined;
  if (event.type === 'SelectDestination') {
    return { type: 'SelectionAsked', receivedAt, groups: groupsOf(event.destinations) };
  }
  const at = plausible(event.timestamp, receivedAt);
  switch (event.type) {
    case 'MessageDelivered':
      return event.employee && { type: 'EmployeeRead', at, employee: employeeOf(event.employee) };
    case 'TextMessage': {
      const employee = event.employee ? employeeOf(event.employee) : null;
      return { type: 'OperatorText', at, employee, text: sound(event.text) };
    }
    case 'FileMessage':
      return {
        type: 'OperatorFile',
        at,
        employee: event.employee ? employeeOf(event.employee) : null,
        url: sound(event.url),
        name: event.name === undefined ? null : sound(event.name),
        size: event.size ?? null,
        comment: event.comment === undefined ? null : sound(event.comment),
      };
    case 'HoldMessage':
      return { type: 'HoldText', at, text: sound(event.text) };
    case 'Closed':
      return { type: 'Closed', at };
  }
}

/** Those that are about one lead. */
type DialogWebhook = Exclude<WebhookEvent, { type: 'EmployeeAvailabilityChanged' | 'DestinationSelected' }>;

/** Does it mean anything for the dialog of its `user_id`? */
function isForDialog(event: WebhookEvent): event is DialogWebhook {
  switch (event.type) {
    case 'EmployeeAvailabilityChanged':
    case 'DestinationSelected':
      return false;
    case 'MessageDelivered':
      return event.employee !== undefined;
    case 'TextMessage':
    case 'FileMessage':
      return event.from !== 'User';
    default:
      return true;
  }
}

/** A time that could be true, else `null`: a clock gone mad must neither freeze a dialog nor end it. */
function plausible(timestamp: number, now: number): number | null {
  const isPlausible = timestamp >= now - OLDEST_PLAUSIBLE_MS && timestamp <= now + NEWEST_PLAUSIBLE_MS;
  return isPlausible ? timestamp : null;
}

function employeeOf(employee: WireEmployee): Employee {
  const name = sound(employeeName(employee))
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME_LENGTH)
    .toWellFormed();
  return { id: sound(employee.employee_id).slice(0, MAX_ID_LENGTH).toWellFormed(), name };
}

/** Fit for storage and for any channel: well-formed, and without NUL, which PostgreSQL cannot keep. */
function sound(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '');
}
