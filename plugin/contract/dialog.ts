/** Who answers the lead. `transferring`: LiveTex has not yet accepted the dialog. `waiting`: no operator has opened it yet. */
export type DialogMode = 'bot' | 'transferring' | 'waiting' | 'operator';

/** A dialog as others may see it (`plugin.dialog(lead)`, HTTP API, simulator). */
export interface DialogView {
  readonly mode: DialogMode;
  /** The number of the latest transfer, 0 before the first one. */
  readonly transfer: number;
  /** The connected operator, or `null`. */
  readonly operator: { readonly id: string; readonly name: string } | null;
  /** The flag "Переведён на оператора". */
  readonly forwarded: boolean;
  /** The binding that this dialog is mirrored through, or `null` when every binding excludes its channel. */
  readonly binding: string | null;
}
