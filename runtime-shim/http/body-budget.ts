/**
 * Memory for the bodies that are being read, of all connections together. Without it ten thousand callers who each send a
 * megabyte and then wait would fill ten gigabytes, every one of them within its own limits.
 */
export class BodyBudget {
  private left: number;

  constructor(bytes: number) {
    this.left = bytes;
  }

  /** False when there is not so much left. */
  take(bytes: number): boolean {
    if (bytes > this.left) return false;
    this.left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.left += bytes;
  }
}
