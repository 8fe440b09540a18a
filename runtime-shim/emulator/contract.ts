/** The LiveTex emulator as tests and the simulator drive it. It shares nothing with the client but the wire schemas. */

/** доступен · пауза · нет на месте · не в сети. Only `online` counts as "Доступен". */
export type OperatorStatus = 'online' | 'pause' | 'away' | 'offline';

export interface EmulatedOperator {
  readonly id: string;
  readonly firstName: string;
  readonly lastName?: string;
  readonly nickName?: string;
  readonly avatarUrl?: string;
  readonly groupId: string;
  readonly status: OperatorStatus;
}

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

export interface EmulatedRequest {
  readonly seq: number;
  /** Unix ms. */
  readonly at: number;
  readonly version: string;
  readonly method: string;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

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
  /** Answers with this status; a 2xx one with `body` tests broken answers. `times`: so many requests, then it ends. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: number;
      readonly retryAfter?: string;
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
  /** Webhooks are collected in groups of this size and each group is delivered newest first. */
  | { readonly kind: 'webhook_reorder'; readonly group: number };

export interface EmulatorOptions {
  /** 0, the default, takes a free port. Loopback only. */
  readonly port?: number;
  /** Default: a random one. */
  readonly token?: string;
  /** Default: one group "Группа для Messaging API" and one operator in it, offline. */
  readonly groups?: ReadonlyArray<{ readonly id: string; readonly name: string }>;
  readonly operators?: ReadonlyArray<Partial<EmulatedOperator> & { readonly firstName: string }>;
  /** Webhook retries: the first wait and the longest, ms. Default as short as tests like it. */
  readonly webhookRetry?: { readonly firstMs: number; readonly longestMs: number };
  /** Longest text it accepts, code points; longer is 400/9. Undocumented at LiveTex. Default 10,000. */
  readonly maxTextLength?: number;
  /** How many requests and deliveries to remember. Default 100,000. */
  readonly remember?: number;
}

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
  };
  readonly dialogs: {
    list(): EmulatedDialog[];
    get(userId: string): EmulatedDialog | undefined;
    /** The operator opens the conversation: every unread message is reported as delivered, with the employee. */
    read(userId: string, operatorId: string): void;
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
    count(method?: string): number;
    clear(): void;
  };
  readonly webhooks: {
    readonly settings: { readonly url: string; readonly key: string; readonly eventTypes?: readonly string[] };
    deliveries(): WebhookDelivery[];
    /** Sends any body to the webhook's URL, as LiveTex would send an event it does not document yet. */
    send(body: Readonly<Record<string, unknown>>): void;
    /** Resolves when every event was acknowledged. */
    idle(): Promise<void>;
  };
  readonly faults: {
    /** Returns a function that ends this fault. */
    add(fault: EmulatorFault): () => void;
    list(): EmulatorFault[];
    clear(): void;
  };
  /** Called after every change: requests, dialogs, operators, deliveries, faults. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}
