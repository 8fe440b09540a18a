/** A page over HTTP: its files, and what a browser may do with it. */
import type { ServerResponse } from 'node:http';
import type { PageFile } from './page-files.ts';

/**
 * What a page may do, and nothing else: own script, style and stream; no inline code, no eval, no foreign image (an
 * operator's link must not call anybody), no frame around it but of pages that are named, none in it but of this server where that
 * is said. Trusted Types turn any markup made from text into an error.
 */
function contentSecurityPolicy({ framedBy = [], hasFrames = false }: FrameRules): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    ...(hasFrames ? ["frame-src 'self'"] : []),
    `frame-ancestors ${framedBy.length === 0 ? "'none'" : framedBy.join(' ')}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

interface FrameRules {
  /** Sources as the policy writes them: pages of these origins may have this one in a frame. Default: none. */
  readonly framedBy?: readonly string[];
  /** It has pages of this server in frames. */
  readonly hasFrames?: boolean;
}

/** Headers of every answer to a page. */
export function setPageHeaders(response: ServerResponse, rules: FrameRules = {}): void {
  response.setHeader('content-security-policy', contentSecurityPolicy(rules));
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('cache-control', 'no-store');
}

/** Answers with a file of the page; false: there is none of this name. */
export function answerPageFile(response: ServerResponse, files: ReadonlyMap<string, PageFile>, name: string): boolean {
  const file = files.get(name);
  if (file === undefined) return false;
  response.writeHead(200, { 'content-type': file.type, 'content-length': file.bytes.length });
  response.end(file.bytes);
  return true;
}
