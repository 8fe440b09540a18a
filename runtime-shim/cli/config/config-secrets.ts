import type { Config } from './config-schema.ts';

/** Every text of a configuration that nobody may see: tokens, webhook keys, the API token, the database password. */
export function secretsOf(config: Config): string[] {
  const bindings = config.livetex.flatMap(({ token, webhook }) => [token, webhook?.key, webhook?.previousKey]);
  const password = URL.parse(config.storage)?.password;
  const all = [...bindings, config.http.apiToken, password, password === undefined ? undefined : decoded(password)];
  return all.filter((secret): secret is string => secret !== undefined && secret !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not percent-encoded by the rules: then it is used as it stands.
    return text;
  }
}
