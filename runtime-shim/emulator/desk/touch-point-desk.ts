import type { EmulatedTouchPoint } from '../contract.ts';
import type { TouchPoint } from '../touch-point.ts';
import { DialogWaiters } from './dialog-waiters.ts';

/** A touch point as tests and the simulator drive it. */
export function touchPointDesk(point: TouchPoint, url: string, end: () => Promise<void>): EmulatedTouchPoint {
  const { staff, operator, book, requests, webhooks, faults, changes, options } = point;
  const waiters = new DialogWaiters(book);
  let closing: Promise<void> | undefined;
  return {
    url,
    token: options.token,
    touchPointId: options.touchPointId,
    operators: {
      list: () => staff.operators(),
      add(value) {
        const added = staff.addOperator(value);
        changes.notify();
        return added;
      },
      setStatus(id, status) {
        operator.setStatus(id, status);
        changes.notify();
      },
    },
    groups: {
      list: () => staff.groups(),
      add(group) {
        staff.addGroup(group);
        changes.notify();
      },
    },
    dialogs: {
      list: () => book.views(),
      get: (userId) => book.find(userId)?.view(),
      read: (userId, operatorId) => operator.read(userId, operatorId),
      reply: (userId, operatorId, text) => operator.reply(userId, operatorId, text),
      sendFile: (userId, operatorId, file) => operator.sendFile(userId, operatorId, file),
      hold: (userId, text) => operator.hold(userId, text),
      transfer: (userId, toOperatorId) => operator.transfer(userId, toOperatorId),
      close: (userId, operatorId) => operator.close(userId, operatorId),
      when: (userId, condition, timeoutMs) => waiters.when(userId, condition, timeoutMs),
    },
    requests: {
      list: (method) => requests.list(method),
      count: (method) => requests.count(method),
      clear() {
        requests.clear();
        changes.notify();
      },
    },
    webhooks: {
      get settings() {
        const { url: address, key, eventTypes } = webhooks.settings;
        return { url: address, key, ...(eventTypes && { eventTypes }) };
      },
      deliveries: () => webhooks.deliveries(),
      send: (body) => webhooks.sendRaw(body),
      idle: () => webhooks.idle(),
      pending: () => webhooks.pending(),
      unset: () => webhooks.unset(),
      clear: () => webhooks.clear(),
    },
    faults: {
      add(fault) {
        const id = faults.add(fault);
        return () => faults.remove(id);
      },
      list: () => faults.states().map(({ fault }) => fault),
      states: () => faults.states(),
      remove: (id) => faults.remove(id),
      clear: () => faults.clear(),
    },
    onChange: (listener) => changes.on(listener),
    close() {
      closing ??= (async () => {
        waiters.close();
        await Promise.all([webhooks.close(), end()]);
      })();
      return closing;
    },
  };
}
