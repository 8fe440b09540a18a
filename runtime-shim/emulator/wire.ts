/** What LiveTex writes on the wire, with the fields that each version documents and no others. */
import { type ApiVersion, DESTINATION_TYPE } from '../../plugin/contract/livetex-api.ts';
import type { EmulatedOperator } from './emulator-contract.ts';

type Wire = Record<string, unknown>;
type Group = { readonly id: string; readonly name: string };
type File = { readonly url: string; readonly name?: string; readonly size?: number; readonly comment?: string };

/** What happened, before it is written for a version. `at`: Unix ms. */
export type EmulatedEvent = { readonly userId: string; readonly at: number } & (
  | { readonly type: 'MessageDelivered'; readonly messageId: string; readonly employee: EmulatedOperator }
  | { readonly type: 'TextMessage'; readonly text: string; readonly employee?: EmulatedOperator }
  | { readonly type: 'FileMessage'; readonly file: File; readonly employee?: EmulatedOperator }
  | { readonly type: 'SelectDestination'; readonly groups: readonly Group[] }
  | { readonly type: 'HoldMessage'; readonly text: string }
  | { readonly type: 'Closed'; readonly touchPointId: string; readonly employee: EmulatedOperator }
  | { readonly type: 'DestinationSelected'; readonly groupId: string }
  | {
      readonly type: 'EmployeeAvailabilityChanged';
      readonly touchPointId: string;
      readonly employee: EmulatedOperator;
      readonly online: boolean;
    }
);

/** 1.1 adds `nick_name`, 1.2 `avatar_url`. */
function employeeOnWire(version: ApiVersion, operator: EmulatedOperator): Wire {
  return {
    employee_id: operator.id,
    first_name: operator.firstName,
    ...(operator.lastName !== undefined && { last_name: operator.lastName }),
    ...(version === '1.2' && operator.avatarUrl !== undefined && { avatar_url: operator.avatarUrl }),
    ...(version !== '1.0' && operator.nickName !== undefined && { nick_name: operator.nickName }),
  };
}

/** A group without its availability: in a webhook `has_online` and `is_available` are absent. */
export function destinationOnWire(group: Group): Wire {
  return { destination_type: DESTINATION_TYPE, destination_id: group.id, name: group.name };
}

/** An event as a webhook or a line of the history, without `id` and `webhook_key`. `from` only where it is asked for. */
export function eventOnWire(version: ApiVersion, what: EmulatedEvent, withFrom: boolean): Wire {
  const { type, userId, at } = what;
  const employee = 'employee' in what && what.employee ? { employee: employeeOnWire(version, what.employee) } : {};
  const from = withFrom ? { from: 'employee' in what && what.employee ? 'Employee' : 'User' } : {};
  switch (what.type) {
    case 'MessageDelivered':
      return { type, message_id: what.messageId, user_id: userId, ...employee, timestamp: at };
    case 'TextMessage':
      return { type, user_id: userId, ...employee, timestamp: at, text: what.text, ...from };
    case 'FileMessage':
      return { type, user_id: userId, ...employee, timestamp: at, ...what.file, ...from };
    case 'SelectDestination':
      return { type, user_id: userId, destinations: what.groups.map(destinationOnWire) };
    case 'HoldMessage':
      return { type, user_id: userId, timestamp: at, text: what.text };
    case 'Closed':
      return { type, user_id: userId, touch_point_id: what.touchPointId, ...employee, timestamp: at };
    case 'DestinationSelected':
      return { type, user_id: userId, destination_type: DESTINATION_TYPE, destination_id: what.groupId, timestamp: at };
    case 'EmployeeAvailabilityChanged':
      return { type, touchPointId: what.touchPointId, ...employee, online: what.online, timestamp: at };
  }
}
