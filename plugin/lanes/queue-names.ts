/** One event of a dialog after another: lane `<binding>/<userId>`. */
export const DIALOG_QUEUE = 'livetex-dialog';
/** What the platform shall do for a lead, one after another: lane `<binding>/<userId>`. */
export const HOST_QUEUE = 'livetex-host';
/** The dialogs' records, by the name of their lane. */
export const DIALOGS = 'livetex-dialogs';
/** Webhooks on the disk that their dialogs have not taken yet, by the order of arrival. */
export const INBOX = 'livetex-inbox';
/** Stands for the binding of a lead whom no binding takes. Cannot be a binding's id, which is never empty. */
export const NO_BINDING = '';

/** Requests to LiveTex through one binding's token: lane `<userId>`. */
export function liveTexQueue(bindingId: string): string {
  return `livetex:${bindingId}`;
}

/** A lane and a dialog belong to one lead in one binding: two bindings never share one. */
export function dialogLane(bindingId: string, userId: string): string {
  return `${bindingId}/${userId}`;
}

/** A binding's id has no slash, a user id may have some. */
export function partsOfLane(lane: string): { readonly bindingId: string; readonly userId: string } {
  const slash = lane.indexOf('/');
  return { bindingId: lane.slice(0, slash), userId: lane.slice(slash + 1) };
}

/** All of the plugin's queues. */
export function queuesOf(bindings: ReadonlyArray<{ readonly id: string }>): string[] {
  return [DIALOG_QUEUE, HOST_QUEUE, ...bindings.map(({ id }) => liveTexQueue(id))];
}
