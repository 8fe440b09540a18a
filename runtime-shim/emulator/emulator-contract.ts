import type { Clock } from '../../plugin/contract/host.ts';
import type { ApiVersion } from '../../plugin/contract/livetex-api.ts';

/** The LiveTex emulator as tests and the simulator drive it. It shares nothing with the client but the wire schemas. */

/** доступен · пауза · нет на месте · не в сети. Only `online` counts as "Доступен". */
export type OperatorStatus = 'online' | 'pause' | 'away' | 'offline';

/** An operator of the local LiveTex (`employee` in its API). */
export interface EmulatedOperator {
  readonly id: string;
  readonly firstName: string;
  readonly lastName?: string;
  readonly nickName?: string;
  readonly avatarUrl?: string;
  readonly groupId: string;
  readonly status: OperatorStatus;
  /** How many conversations at a time: only `is_available` of version 1.2 looks at it. Default: no limit. */
  readonly slots?: number;
}

/** A message of a dialog as the operator’s desk has it. */
export interface EmulatedMessage {
  readonly id: string;
  /** `user`: sent through the API on the person's behalf. `hold`: an automatic text. */
  readonly from: 'user' | 'operator' | 'hold';
  readonly operatorId?: string;
  readonly text?: string;
  readonly file?: { readonly url: string; readonly name?: string; readonly size?: number; readonly comment?: string };
  /** Unix ms. */
  readonly at: number;
  /** Has an operator read it? */
  readonly read: boolean;
}

/** A person's conversations at LiveTex. */
export interface EmulatedDialog {
  readonly userId: string;
  /** `stored`: no destination selected, operators do not see it. `queued`: in a group, nobody took it. */
  readonly state: 'stored' | 'queued' | 'assigned' | 'closed';
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly hiddenAttributes: Readonly<Record<string, string>>;
  readonly groupId: string | null;
  readonly operatorId: string | null;
  /** Everything since the first message, oldest first. */
  readonly messages: readonly EmulatedMessage[];
  /** How often a destination was selected. */
  readonly selections: number;
}

/** A request that the Messaging API got, with its answer. The token is not part of it. */
export interface EmulatedRequest {
  readonly seq: number;
  /** Unix ms. */
  readonly at: number;
  readonly version: string;
  readonly method: string;
  readonly body: unknown;
  /** HTTP status of the answer; 0: a fault cut the connection. */
  readonly status: number;
  readonly answer: unknown;
  /** The fault that answered in LiveTex's place. */
  readonly fault?: EmulatorFault['kind'];
}

/** One try to hand an event to the registered address. */
export interface WebhookDelivery {
  readonly eventId: string;
  readonly type: string;
  readonly userId?: string;
  readonly attempt: number;
  readonly at: number;
  readonly body: unknown;
  /** HTTP status of the receiver, `null` when it did not answer. */
  readonly status: number | null;
}

/** A fault that the server commits on purpose until cleared. Several may be in force. */
export type EmulatorFault =
  | { readonly kind: 'latency'; readonly ms: number; readonly methods?: readonly string[] }
  /**
   * Answers with this status; a 2xx one with `body` tests broken answers. `times`: so many requests, then it ends.
   * The request has no effect unless `effect` is set. Without `body`: LiveTex's own shape of a failure.
   */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: number;
      readonly retryAfter?: string;
      /** Sent as it is. */
      readonly body?: string;
      readonly contentType?: string;
      /** Does the request take effect before this answer? Default: no. */
      readonly effect?: boolean;
      readonly methods?: readonly string[];
      readonly times?: number;
    }
  /** Cuts the connection: before doing anything, or after the request took effect (its answer is lost). */
  | {
      readonly kind: 'reset';
      readonly when: 'before' | 'after';
      readonly methods?: readonly string[];
      readonly times?: number;
    }
  /** Answers 200 with HTML. */
  | { readonly kind: 'html'; readonly methods?: readonly string[]; readonly times?: number }
  /** Refuses the token with 401, code 2. */
  | { readonly kind: 'token' }
  /** Each webhook is delivered so many times. */
  | { readonly kind: 'webhook_duplicate'; readonly times: number }
  /** Webhooks wait so long before the first try. */
  | { readonly kind: 'webhook_late'; readonly ms: number }
  /**
   * Webhooks are collected in groups of this size and each group is delivered newest first. A group that is not full
   * waits until it is, until the fault ends or, when `waitMs` is given, for so long at most.
   */
  | { readonly kind: 'webhook_reorder'; readonly group: number; readonly waitMs?: number }
  /** Our own messages come back as `TextMessage` and `FileMessage` with `from: "User"`; employees' ones say `"Employee"`. */
  | { readonly kind: 'echo' };

/** A fault in force. */
export interface FaultState {
  readonly id: string;
  readonly fault: EmulatorFault;
  /** How many requests or events it has met. */
  readonly used: number;
  /** How many it will still meet; `null`: no end. */
  readonly left: number | null;
}

/** How the local LiveTex begins; everything has a default. */
export interface EmulatorOptions {
  /** 0, the default, takes a free port. Loopback only. */
  readonly port?: number;
  /** Default: a random one. */
  readonly token?: string;
  /** Default: one group "Группа для Messaging API" and one operator in it, offline. */
  readonly groups?: ReadonlyArray<{ readonly id: string; readonly name: string }>;
  readonly operators?: ReadonlyArray<Partial<EmulatedOperator> & { readonly firstName: string }>;
  /** Webhook retries: the first wait and the longest, ms. Default as short as tests like it. */
  readonly webhookRetry?: { readonly firstMs: number; readonly longestMs: number; readonly giveUpAfterMs?: number };
  /** How long the receiver of a webhook may take, ms. Default: LiveTex's 60 s. */
  readonly webhookTimeoutMs?: number;
  /** Hold a person's next event back until the one before is acknowledged. Default: yes. LiveTex promises no order. */
  readonly webhookInOrder?: boolean;
  /** The versions of the API that the account has; others are answered with 403, code 8. Default: all. */
  readonly versions?: readonly ApiVersion[];
  /** Default: "touch-point-1". */
  readonly touchPointId?: string;
  /** Times of messages, latency and webhook retries; time-outs stay real time. Default: the system's. */
  readonly clock?: Clock;
  /** Longest text it accepts, code points; longer is 400/9. Undocumented at LiveTex. Default 10,000. */
  readonly maxTextLength?: number;
  /** How many requests, deliveries, dialogs, waiting events, and messages per dialog to remember. Default 100,000. */
  readonly remember?: number;
}

/** A running local LiveTex: its address, its operators’ desk, what it was asked, and the faults it can be given. */
export interface LiveTexEmulator {
  /** Base URL, without version and without trailing slash. */
  readonly url: string;
  readonly token: string;
  readonly operators: {
    list(): EmulatedOperator[];
    add(operator: Partial<EmulatedOperator> & { readonly firstName: string }): EmulatedOperator;
    setStatus(operatorId: string, status: OperatorStatus): void;
  };
  readonly groups: {
    list(): ReadonlyArray<{ readonly id: string; readonly name: string }>;
    add(group: { readonly id: string; readonly name: string }): void;
    /** Its operators are of no group any more; conversations in it stay as they are. */
    remove(groupId: string): void;
  };
  readonly dialogs: {
    list(): EmulatedDialog[];
    get(userId: string): EmulatedDialog | undefined;
    /**
     * Operators act on what they see: a dialog in their group that nobody took (then they take it), or their own. All else
     * is refused with `emulator_refused`. An operator's status is not looked at.
     *
     * The operator opens the conversation: every unread message is reported as delivered, with the employee.
     */
    read(userId: string, operatorId: string): void;
    /**
     * The operator writes first: to a person whose conversation is closed or never was in a group. It is theirs from then on. In
     * an open one it is an answer like any other.
     */
    start(userId: string, operatorId: string, text: string): void;
    /** Reports nothing as read: `read` first, as an operator's application does. */
    reply(userId: string, operatorId: string, text: string): void;
    sendFile(
      userId: string,
      operatorId: string,
      file: { readonly url: string; readonly name?: string; readonly size?: number; readonly comment?: string },
    ): void;
    /** An automatic "please wait" text. */
    hold(userId: string, text: string): void;
    /** To another operator; nothing is reported until that one reads or writes. */
    transfer(userId: string, toOperatorId: string): void;
    close(userId: string, operatorId: string): void;
    /** Resolves when a condition on a dialog holds; rejects after `timeoutMs` (default 10 s) with what was seen instead. */
    when(userId: string, condition: (dialog: EmulatedDialog) => boolean, timeoutMs?: number): Promise<EmulatedDialog>;
  };
  readonly requests: {
    list(method?: string): EmulatedRequest[];
    /** Since the start or the last `clear`, forgotten ones included. */
    count(method?: string): number;
    clear(): void;
  };
  readonly webhooks: {
    readonly settings: { readonly url: string; readonly key: string; readonly eventTypes?: readonly string[] };
    deliveries(): WebhookDelivery[];
    /**
     * Sends any body to the webhook's URL, as LiveTex would send an event it does not document yet. `id` and `webhook_key`
     * are added unless the body has them (`undefined`: left out). Repeated like any event, but holds back no other.
     */
    send(body: Readonly<Record<string, unknown>>): void;
    /** Resolves when every event was acknowledged, or no webhook is set and so nothing is sent. */
    idle(): Promise<void>;
    /** How many events are not acknowledged yet. */
    pending(): number;
    /** Forgets the webhook, as if none had been set. */
    unset(): void;
    /** Forgets the deliveries so far, and every event that is not acknowledged. */
    clear(): void;
  };
  readonly faults: {
    /** Returns a function that ends this fault. */
    add(fault: EmulatorFault): () => void;
    list(): EmulatorFault[];
    /** With what each has done so far. */
    states(): FaultState[];
    remove(id: string): void;
    clear(): void;
  };
  /** Called after every change: requests, dialogs, operators, deliveries, faults. */
  onChange(listener: () => void): () => void;
  readonly touchPointId: string;
  /** Another touch point with its own token, groups, operators, dialogs, webhook and faults, at the same address. */
  addTouchPoint(options?: Omit<EmulatorOptions, 'port'>): EmulatedTouchPoint;
  close(): Promise<void>;
}

/** One touch point of an emulator. `close` ends it alone: its token is no longer valid. */
export type EmulatedTouchPoint = Omit<LiveTexEmulator, 'addTouchPoint'>;
