/** What an operator may type in LiveTex instead of a text to the lead (Metabot24's documentation, "LiveTex"). */
export type OperatorCommand = '/bot' | '/operator';

export function operatorCommand(text: string): OperatorCommand | undefined {
  const typed = text.trim().toLowerCase();
  return typed === '/bot' || typed === '/operator' ? typed : undefined;
}
