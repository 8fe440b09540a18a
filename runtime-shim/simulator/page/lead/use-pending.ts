import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Attachment } from '../../../../plugin/contract/message.ts';
import type { MessageRecord } from '../../records.ts';
import { sendCommand } from '../state/send-command.ts';

/** An accepted message stays until it shows up in the chat, but not longer than this, ms. */
const ACCEPTED_STAYS_MS = 2_000;

interface NewMessage {
  readonly id?: string;
  /** Of a press: what the bot will read. */
  readonly text?: string;
  /** A button's data, as its messenger sends it. */
  readonly press?: string;
  readonly attachments?: readonly Attachment[];
}

export interface PendingMessage extends NewMessage {
  readonly id: string;
  readonly userId: string;
  /** The chat's last number when it was sent. */
  readonly afterSeq: number;
  /** Why it was not taken. */
  readonly failed?: string;
}

/** The messages that a lead sent and the runtime has not yet taken. Each keeps its id, so trying again doubles nothing. */
export function usePending(
  userId: string,
  messages: readonly MessageRecord[],
): { readonly pending: readonly PendingMessage[]; readonly say: (message: NewMessage) => void } {
  const [all, setAll] = useState<readonly PendingMessage[]>([]);
  const remove = useCallback((id: string) => setAll((list) => list.filter((item) => item.id !== id)), []);
  const afterSeq = messages.at(-1)?.seq ?? 0;

  const say = useCallback(
    (message: NewMessage): void => {
      const id = message.id ?? crypto.randomUUID();
      const { text, press, attachments } = message;
      const content = {
        ...(text === undefined ? {} : { text }),
        ...(press === undefined ? {} : { press }),
        ...(attachments ? { attachments } : {}),
      };
      setAll((list) => [...list.filter((item) => item.id !== id), { id, userId, afterSeq, ...content }]);
      const send = async (): Promise<void> => {
        const answer = await sendCommand({
          do: 'lead_say',
          userId,
          id,
          ...(press === undefined ? (text === undefined ? {} : { text }) : { press }),
          ...(attachments === undefined ? {} : { attachments: [...attachments] }),
        });
        if (answer.ok) {
          setTimeout(() => remove(id), ACCEPTED_STAYS_MS);
          return;
        }
        const failed = answer.problems.join('; ');
        setAll((list) => list.map((item) => (item.id === id ? { ...item, failed } : item)));
      };
      void send();
    },
    [userId, afterSeq, remove],
  );

  // What shows up in the chat is no longer waiting.
  useEffect(() => {
    setAll((list) => {
      const rest = list.filter((item) => item.userId !== userId || !arrived(item, messages));
      return rest.length === list.length ? list : rest;
    });
  }, [userId, messages]);

  return { pending: all.filter((item) => item.userId === userId), say };
}

function arrived(item: PendingMessage, messages: readonly MessageRecord[]): boolean {
  return messages.some(
    ({ from, seq, text, attachments }) =>
      from === 'lead' &&
      seq > item.afterSeq &&
      text === item.text &&
      attachments?.[0]?.url === item.attachments?.[0]?.url,
  );
}
