import type { ApiVersion } from '../../plugin/contract/livetex-api.ts';
import type { EmulatedOperator, OperatorStatus } from './emulator-contract.ts';
import { emulatorError } from './emulator-errors.ts';
import { assertValid, groupSchema, operatorSchema, operatorStatusSchema } from './option-schemas.ts';
import { destinationOnWire } from './wire.ts';

interface Group {
  readonly id: string;
  readonly name: string;
}

/** Where LiveTex-like ids of operators start: easy to tell from group and message ids. */
const FIRST_OPERATOR_NUMBER = 1001;

/** Groups in LiveTex's order, their operators, and who has which conversation. */
export class Staff {
  readonly #groups = new Map<string, Group>();
  readonly #operators = new Map<string, EmulatedOperator>();
  readonly #conversations = new Map<string, Set<string>>();
  #nextOperator = FIRST_OPERATOR_NUMBER;

  groups(): Group[] {
    return [...this.#groups.values()];
  }

  group(id: string): Group | undefined {
    return this.#groups.get(id);
  }

  addGroup(group: Group): void {
    assertValid(groupSchema, group, 'this group');
    if (this.#groups.has(group.id)) throw taken('this group', group.id);
    this.#groups.set(group.id, { id: group.id, name: group.name });
  }

  /** @throws emulator_unknown */
  removeGroup(id: string): void {
    if (!this.#groups.delete(id))
      throw emulatorError('emulator_unknown', { what: 'group', id, known: [...this.#groups.keys()] });
  }

  operators(): EmulatedOperator[] {
    return [...this.#operators.values()];
  }

  /** @throws emulator_unknown */
  operator(id: string): EmulatedOperator {
    const operator = this.#operators.get(id);
    if (operator) return operator;
    throw emulatorError('emulator_unknown', { what: 'operator', id, known: [...this.#operators.keys()] });
  }

  addOperator(operator: Partial<EmulatedOperator> & { readonly firstName: string }): EmulatedOperator {
    assertValid(operatorSchema, operator, 'this operator');
    const groupId = operator.groupId ?? this.groups()[0]?.id ?? '';
    if (!this.#groups.has(groupId))
      throw emulatorError('emulator_unknown', { what: 'group', id: groupId, known: [...this.#groups.keys()] });
    const added = { ...operator, id: operator.id ?? this.#freeId(), groupId, status: operator.status ?? 'offline' };
    if (this.#operators.has(added.id)) throw taken('this operator', added.id);
    this.#operators.set(added.id, added);
    return added;
  }

  /** Tells whether "online or not" changed, and the operator as it is now. */
  setStatus(id: string, status: OperatorStatus): { readonly operator: EmulatedOperator; readonly flipped: boolean } {
    assertValid(operatorStatusSchema, status, 'this status');
    const before = this.operator(id);
    const operator = { ...before, status };
    this.#operators.set(id, operator);
    return { operator, flipped: (before.status === 'online') !== (status === 'online') };
  }

  /** The persons whose conversation this operator has. */
  conversationsOf(operatorId: string): string[] {
    return [...(this.#conversations.get(operatorId) ?? [])];
  }

  assign(operatorId: string, userId: string): void {
    const persons = this.#conversations.get(operatorId) ?? new Set();
    this.#conversations.set(operatorId, persons.add(userId));
  }

  release(operatorId: string, userId: string): void {
    this.#conversations.get(operatorId)?.delete(userId);
  }

  /** As `getDestinations` answers it; `is_available` exists from 1.2 on and counts slots. */
  destination(version: ApiVersion, group: Group): Record<string, unknown> {
    const online = this.operators().filter((one) => one.groupId === group.id && one.status === 'online');
    return {
      ...destinationOnWire(group),
      has_online: online.length > 0,
      ...(version === '1.2' && { is_available: online.some((one) => this.#hasSlot(one)) }),
    };
  }

  #hasSlot(operator: EmulatedOperator): boolean {
    return operator.slots === undefined || (this.#conversations.get(operator.id)?.size ?? 0) < operator.slots;
  }

  #freeId(): string {
    while (this.#operators.has(String(this.#nextOperator))) this.#nextOperator += 1;
    return String(this.#nextOperator++);
  }
}

function taken(what: string, id: string): Error {
  return emulatorError('emulator_option_invalid', { what, problems: [`id: "${id}" is taken`] });
}
