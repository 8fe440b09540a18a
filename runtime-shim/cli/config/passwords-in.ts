/** The password of an address, as it stands and decoded. */
export function passwordsIn(address: string): string[] {
  const password = URL.parse(address)?.password;
  return password === undefined ? [] : [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not percent-encoded by the rules: then it is used as it stands.
    return text;
  }
}
