/** Answers a maintainer's questions beside a running server, on a loopback port of its own. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../../plugin/contract/coded-error.ts';
import { removeControlFile, writeControlFile } from './control-file.ts';
import { type Maintenance, answer, questionSchema } from './maintenance.ts';

/** A question is a few words; more is not ours. */
const MAX_QUESTION_BYTES = 16 * 1_024;
/** 32 random bytes cannot be guessed. */
const WORD_BYTES = 32;

export interface ControlServer {
  close(): Promise<void>;
}

/** Starts it and tells where it is in the data folder. */
export async function startControlServer(folder: string, maintenance: Maintenance): Promise<ControlServer> {
  const word = randomBytes(WORD_BYTES).toString('base64url');
  const server = createServer((request, response) => {
    void respond(request, response, word, maintenance);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await writeControlFile(folder, { url: `http://127.0.0.1:${port}`, word });
  return {
    close: async () => {
      await removeControlFile(folder);
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  word: string,
  maintenance: Maintenance,
): Promise<void> {
  const send = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  try {
    if (!isSame(request.headers.authorization ?? '', `Bearer ${word}`)) return send(401, { error: 'wrong word' });
    const question = questionSchema.safeParse(parsed(await bodyOf(request)));
    if (!question.success) return send(400, { error: 'not a question that this server knows' });
    return send(200, { answer: await answer(maintenance, question.data) });
  } catch (error) {
    return send(500, { error: messageOf(error) });
  }
}

/** Compares in a time that tells nothing of where they differ. */
function isSame(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: no question either.
    return undefined;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_QUESTION_BYTES) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
