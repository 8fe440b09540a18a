import type { ScriptRequest } from '../contract/host.ts';
import type { Content } from '../contract/message.ts';
import type { ScriptRef } from '../contract/script-types.ts';
import type { EventOf, TimerName, Selection, TransferCourse } from '../contract/dialog.ts';

export type NoticeName = 'transferred' | 'operatorConnected' | 'returned' | 'exited' | 'waiting';

/** How a transfer began or ended, for the metrics. */
export type Outcome =
  | 'started'
  | 'accepted'
  | 'connected'
  | 'no_operators'
  | 'refused'
  | 'timeout'
  | 'closed'
  | 'returned'
  | 'operator_timeout'
  | 'exited'
  | 'operator_started'
  | 'message_left';

/** When an operator sent something. */
interface Sent {
  /** LiveTex's clock, Unix ms; `null`: unknown. */
  readonly sentAt: number | null;
  /** Something that was sent later came before it. */
  readonly isOvertaken: boolean;
}

/** What shall happen, in this order, once the new state is committed. Data only: the lanes perform it. */
export type Effect =
  | {
      readonly do: 'mirror';
      /** `note`: of the bot, for the operator alone. */
      readonly from: 'lead' | 'bot' | 'note';
      readonly content: Content;
      /** Caption of the menu item that the text, its code, has chosen. */
      readonly choice?: string;
      /** The corrected text of an earlier message. */
      readonly isEdit?: true;
    }
  /** `again`: LiveTex asked anew; then a refused token waits for the right one instead of ending the transfer. */
  | { readonly do: 'select'; readonly transfer: number; readonly again: boolean; readonly selection: Selection }
  | { readonly do: 'notice'; readonly notice: NoticeName; readonly operator?: string }
  | ({ readonly do: 'showText'; readonly text: string; readonly operator: string | null } & Sent)
  | ({ readonly do: 'showFile'; readonly file: EventOf<'OperatorFile'>; readonly operator: string | null } & Sent)
  | { readonly do: 'forwarded'; readonly forwarded: boolean }
  | {
      readonly do: 'run';
      readonly script: ScriptRef;
      readonly cause: ScriptRequest['cause'];
      readonly duringTransfer: boolean;
    }
  | { readonly do: 'authorLog'; readonly level: 'info' | 'warn' | 'error'; readonly text: string }
  | {
      readonly do: 'schedule';
      readonly timer: TimerName;
      readonly transfer: number;
      readonly number: number;
      readonly at: number;
    }
  | { readonly do: 'unschedule'; readonly timer: TimerName }
  | { readonly do: 'count'; readonly outcome: Outcome }
  /** Asked for while nobody was online, and the bot's script for that runs instead. */
  | ({ readonly do: 'turnAway' } & Pick<TransferCourse, 'reason' | 'script' | 'group' | 'operators'>);
