import { codeOf } from './coded-error.ts';

/** Codes of Node and undici (`undici/docs/docs/api/Errors.md`) in a maintainer's words. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ECONNABORTED: 'the connection was reset',
  EPIPE: 'the connection was closed while sending',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'the connection timed out',
  EMFILE: 'this process has too many open files',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_SOCKET: 'the connection was closed before the whole answer was there',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is shorter or longer than it says',
  UND_ERR_HEADERS_OVERFLOW: "the answer's headers are too large",
  UND_ERR_CLOSED: 'the client is closed',
  UND_ERR_DESTROYED: 'the client is closed',
};

/**
 * Why no answer came: a short sentence of our own. The error itself goes no further, not even as a cause: a parser
 * error carries the bytes received, and a server may have echoed the token in them.
 */
export function networkReason(error: unknown): string {
  const code = codeOf(error);
  if (error instanceof Error && error.name === 'HTTPParserError') {
    // Its code, when it has one, is that of the parser: HPE_INVALID_CONSTANT and the like.
    return `what answers does not speak HTTP (${code ?? error.name})`;
  }
  if (code === undefined) return 'the connection failed';
  const reason = REASONS[code];
  if (reason !== undefined) return `${reason} (${code})`;
  // OpenSSL's verification codes, as Node passes them on (nodejs.org/api/tls.html, "X509 certificate error codes").
  if (/CERT|SELF_SIGNED|UNABLE_TO_|_SSL_|TLS/.test(code)) return `the TLS certificate or handshake failed (${code})`;
  return `the connection failed (${code})`;
}
