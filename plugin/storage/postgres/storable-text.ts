/** PostgreSQL's `text` holds everything but NUL, which may stand in what a remote system or a script said went wrong. */
export function storableText<Value>(value: Value): Value | string {
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value;
}
