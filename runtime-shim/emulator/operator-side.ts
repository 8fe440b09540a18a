import type { Text } from '../../plugin/contract/text.ts';
import type { Conversation } from './conversation.ts';
import type { ConversationRegistry } from './conversation-registry.ts';
import type { EmulatedMessage, EmulatedOperator, OperatorStatus } from './emulator-contract.ts';
import { emulatorError } from './emulator-errors.ts';
import type { EventSink } from './event-sink.ts';
import type { Staff } from './staff.ts';

type File = NonNullable<EmulatedMessage['file']>;

/** What operators and the account's scenarios do. Refuses what LiveTex's desk would not offer. */
export class OperatorSide {
  readonly #conversations: ConversationRegistry;
  readonly #staff: Staff;
  readonly #sink: EventSink;
  readonly #touchPointId: string;

  constructor(conversations: ConversationRegistry, staff: Staff, sink: EventSink, touchPointId: string) {
    this.#conversations = conversations;
    this.#staff = staff;
    this.#sink = sink;
    this.#touchPointId = touchPointId;
  }

  read(userId: string, operatorId: string): void {
    const { conversation, employee } = this.#take('read', userId, operatorId);
    const at = this.#sink.now();
    for (const { id } of conversation.readAll())
      this.#sink.report(conversation, { type: 'MessageDelivered', userId, at, messageId: id, employee });
    this.#conversations.touch(conversation);
  }

  start(userId: string, operatorId: string, text: string): void {
    const conversation = this.#conversations.get(userId);
    const { groupId } = this.#staff.operator(operatorId);
    if (conversation.state === 'stored' || conversation.state === 'closed') {
      conversation.groupId = groupId;
      this.#assign(conversation, operatorId);
    }
    this.reply(userId, operatorId, text);
  }

  reply(userId: string, operatorId: string, text: string): void {
    const { conversation, employee } = this.#take('answer', userId, operatorId);
    const at = this.#sink.now();
    const id = this.#sink.report(conversation, { type: 'TextMessage', userId, at, text, employee });
    conversation.addMessage({ id, from: 'operator', operatorId, text, at, read: true });
    this.#conversations.touch(conversation);
  }

  sendFile(userId: string, operatorId: string, file: File): void {
    const { conversation, employee } = this.#take('answer', userId, operatorId);
    const at = this.#sink.now();
    const id = this.#sink.report(conversation, { type: 'FileMessage', userId, at, file, employee });
    conversation.addMessage({ id, from: 'operator', operatorId, file, at, read: true });
    this.#conversations.touch(conversation);
  }

  hold(userId: string, text: string): void {
    const conversation = this.#conversations.get(userId);
    const at = this.#sink.now();
    const id = this.#sink.report(conversation, { type: 'HoldMessage', userId, at, text });
    conversation.addMessage({ id, from: 'hold', text, at, read: true });
    this.#conversations.touch(conversation);
  }

  transfer(userId: string, toOperatorId: string): void {
    const conversation = this.#conversations.get(userId);
    this.#staff.operator(toOperatorId);
    if (conversation.groupId === null)
      throw refused('transfer', conversation, { en: 'no operator has it', ru: 'его нет ни у одного оператора' });
    this.#assign(conversation, toOperatorId);
    this.#conversations.touch(conversation);
  }

  close(userId: string, operatorId: string): void {
    const { conversation, employee } = this.#take('close', userId, operatorId);
    this.#sink.report(conversation, {
      type: 'Closed',
      userId,
      at: this.#sink.now(),
      touchPointId: this.#touchPointId,
      employee,
    });
    this.#staff.release(operatorId, userId);
    conversation.close();
    this.#conversations.touch(conversation);
  }

  setStatus(operatorId: string, status: OperatorStatus): void {
    const { operator, flipped } = this.#staff.setStatus(operatorId, status);
    if (!flipped) return;
    const at = this.#sink.now();
    // "Sent once per active conversation": LiveTex writes one event for each person this operator talks with.
    for (const userId of this.#staff.conversationsOf(operatorId))
      this.#sink.webhook({
        type: 'EmployeeAvailabilityChanged',
        userId,
        at,
        touchPointId: this.#touchPointId,
        employee: operator,
        online: status === 'online',
      });
  }

  /** The first who reads or answers a waiting conversation takes it. */
  #take(
    action: string,
    userId: string,
    operatorId: string,
  ): { readonly conversation: Conversation; readonly employee: EmulatedOperator } {
    const conversation = this.#conversations.get(userId);
    const employee = this.#staff.operator(operatorId);
    const { state, groupId } = conversation;
    if (state === 'stored')
      throw refused(action, conversation, {
        en: 'no destination is selected, so no operator sees it',
        ru: 'его никуда не перевели, и операторы его не видят',
      });
    if (state === 'closed') throw refused(action, conversation, { en: 'it is closed', ru: 'он закрыт' });
    if (state === 'queued') {
      if (employee.groupId !== groupId)
        throw refused(action, conversation, {
          en: `it waits in group ${groupId}, the operator is of ${employee.groupId}`,
          ru: `он ждёт в группе ${groupId}, а оператор из группы ${employee.groupId}`,
        });
      this.#assign(conversation, operatorId);
    }
    if (conversation.operatorId !== operatorId)
      throw refused(action, conversation, {
        en: `operator ${conversation.operatorId} has it: transfer it first`,
        ru: `он у оператора ${conversation.operatorId}: сначала его надо передать`,
      });
    return { conversation, employee };
  }

  #assign(conversation: Conversation, operatorId: string): void {
    if (conversation.operatorId !== null) this.#staff.release(conversation.operatorId, conversation.userId);
    conversation.operatorId = operatorId;
    conversation.state = 'assigned';
    this.#staff.assign(operatorId, conversation.userId);
  }
}

function refused(action: string, conversation: Conversation, why: Text): Error {
  return emulatorError('emulator_refused', { action, userId: conversation.userId, why });
}
