import { setTimeout as pause } from 'node:timers/promises';
import type { BindingInput } from '../../../plugin/contract/binding-config.ts';
import { json, startHttpServer } from '../../support/http-server.ts';
import type { MortalServer } from './mortal-server.ts';

const ID = 'ill';
const LEADS = ['1', '2', '3', '4', '5', '6'];
const TEXTS = ['раз', 'два', 'три'];
/** Before a message is posted anew, ms. */
const AGAIN_MS = 100;

/** A tenant beside the others whose LiveTex takes messages and never answers, until it is mended. */
export interface IllTenant {
  readonly binding: BindingInput & { readonly id: string };
  /** Says everything, through however many lives that takes. */
  live(server: MortalServer): Promise<void>;
  mend(): void;
  /** What its LiveTex has not got in order since it was mended. */
  problems(): string[];
}

export async function startIllTenant(): Promise<IllTenant> {
  let hangs = true;
  const taken = new Map<string, string[]>();
  const liveTex = await startHttpServer(({ url, body }) => {
    if (!url.includes('sendText')) return json({ success: true });
    if (hangs) return undefined;
    const { user_id: lead, text } = JSON.parse(body) as { user_id: string; text: string };
    taken.set(lead, [...(taken.get(lead) ?? []), text]);
    return json({ success: true, message_id: '1', timestamp: 1 });
  });
  // Just long enough to count as hanging (docs/operating.md#many-tenants), so that it is held back soon.
  const settings = { leadMessageHeader: '', botMessageHeader: '', requestTimeoutMs: 600 };
  return {
    binding: { id: ID, token: 'token-of-it', baseUrl: liveTex.url, ...settings },
    async live(server) {
      for (const text of TEXTS) await Promise.all(LEADS.map((lead) => say(server, lead, text)));
    },
    mend() {
      hangs = false;
    },
    problems() {
      const wanted = TEXTS.flatMap((text, index) => [text, `бот ${index + 1}`]);
      return LEADS.flatMap((lead) => {
        // One that it took right after a request had run into its time-out comes again.
        const got = (taken.get(`${ID}:chat:${lead}`) ?? []).filter((text, index, all) => text !== all[index - 1]);
        return JSON.stringify(got) === JSON.stringify(wanted) ? [] : [`ill lead ${lead}: ${JSON.stringify(got)}`];
      });
    },
  };
}

/** Posted with one id until it is accepted. */
async function say(server: MortalServer, lead: string, text: string): Promise<void> {
  for (;;) {
    await server.listening();
    const answer = await fetch(`${server.url}/api/bots/${ID}/channels/chat/leads/${lead}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: text, text }),
    }).catch(() => undefined);
    if (answer?.status === 202) return;
    // A server that is busy or about to be killed may ask for another try.
    if (answer !== undefined && answer.status < 500 && answer.status !== 429)
      throw new Error(`ill lead ${lead}: "${text}" was answered with ${answer.status}`);
    await pause(AGAIN_MS);
  }
}
