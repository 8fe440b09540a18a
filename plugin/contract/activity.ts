import type { DialogMode } from './dialog.ts';

/**
 * What the plugin did or saw, told to `host.observe` as it happens: for a timeline, never for control.
 * `userId` is LiveTex's user id, which names the lead. Bodies are wire JSON; the token is never in them.
 */
export type Activity =
  | {
      readonly kind: 'livetex_request';
      readonly at: number;
      readonly binding: string;
      readonly method: string;
      readonly userId?: string;
      readonly request?: unknown;
      /** HTTP status, or `null` when no answer came. */
      readonly status: number | null;
      readonly response?: unknown;
      /** A code of the error catalogue when the request failed. */
      readonly error?: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'webhook';
      readonly at: number;
      readonly binding: string;
      readonly userId?: string;
      readonly event: unknown;
      readonly outcome: 'stored' | 'duplicate' | 'ignored';
    }
  | {
      readonly kind: 'mode';
      readonly at: number;
      readonly binding: string;
      readonly userId: string;
      readonly from: DialogMode;
      readonly to: DialogMode;
      readonly transfer: number;
      readonly cause: string;
    }
  | {
      readonly kind: 'retry' | 'dead';
      readonly at: number;
      readonly queue: string;
      readonly lane: string;
      readonly job: string;
      readonly attempt: number;
      readonly error: string;
      /** Unix ms of the next try; absent when dead. */
      readonly nextAt?: number;
    };
