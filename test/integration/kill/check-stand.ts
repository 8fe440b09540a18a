import { request } from 'undici';
import type { TranscriptMessage } from '../../../runtime-shim/runtime/contract.ts';
import { checkMirror } from './check-mirror.ts';
import { matchLines } from './expected-dialog.ts';
import type { LeadStory } from './lead-story.ts';
import type { Stand } from './stand.ts';

/** Requests in flight per binding by default: more cannot be doubled by one kill. */
const MAX_IN_FLIGHT = 8;

export interface StandReport {
  readonly problems: readonly string[];
  readonly figures: Figures;
}

interface Figures {
  readonly kills: number;
  readonly accepted: number;
  /** Messages that LiveTex got, doubled ones included. */
  readonly mirrored: number;
  readonly duplicates: number;
  readonly transfers: number;
  /** Selections beyond one for each transfer. */
  readonly selectedAgain: number;
  readonly lines: number;
  readonly repeatedPosts: number;
}

/** Looks at everything that leads, operators and LiveTex have in the end. Nothing may be under way any more. */
export async function checkStand(stand: Stand, stories: readonly LeadStory[]): Promise<StandReport> {
  const { server, liveTex } = stand;
  const problems = [...server.complaints, ...liveTex.problems.map((problem) => `operators: ${problem}`)];
  const sent = await liveTex.emulator.requests.list('sendText');
  const selected = await liveTex.emulator.requests.list('selectDestination');
  const doubled: number[] = [];
  let lines = 0;
  for (const story of stories) {
    const transcript = await story.client.transcript();
    lines += transcript.length;
    problems.push(...checkTranscript(story, transcript), ...(await checkView(story, transcript)));
    const match = matchLines(story.expected.lines, transcript);
    if (!match.ok) continue;
    const own = sent.filter(({ body }) => userOf(body) === userIdOf(story));
    const mirror = checkMirror(story.name, story.expected.mirrored(match.numbers), own, server.lives);
    problems.push(...mirror.problems);
    doubled.push(...mirror.duplicates);
  }
  for (const life of new Set(doubled)) {
    const count = doubled.filter((number) => number === life).length;
    if (count > MAX_IN_FLIGHT) problems.push(`life ${life}: its death doubled ${count} messages`);
  }
  problems.push(...(await checkServer(stand)));
  const transfers = stories.reduce((sum, { expected }) => sum + expected.transfers, 0);
  const figures = {
    kills: server.lives.filter(({ killedAt }) => killedAt !== undefined).length,
    accepted: stories.reduce((sum, { expected }) => sum + expected.texts.length, 0),
    mirrored: sent.length,
    duplicates: doubled.length,
    transfers,
    selectedAgain: selected.length - transfers,
    lines,
    repeatedPosts: stories.reduce((sum, { client }) => sum + client.repeats, 0),
  };
  return { problems, figures };
}

function checkTranscript({ name, expected, client }: LeadStory, transcript: readonly TranscriptMessage[]): string[] {
  const problems: string[] = [];
  const match = matchLines(expected.lines, transcript);
  if (!match.ok) problems.push(`lead ${name}: ${match.problem}`);
  else if (match.left > 0) problems.push(`lead ${name}: ${match.left} lines are missing`);
  const said = transcript.filter(({ from }) => from === 'lead').map(({ text }) => text);
  if (JSON.stringify(said) !== JSON.stringify(expected.texts)) {
    problems.push(`lead ${name}: said ${JSON.stringify(expected.texts)}, stands there as ${JSON.stringify(said)}`);
  }
  // What a reader was shown before a kill must still stand there after it.
  const shown = JSON.stringify(client.lines);
  if (shown !== JSON.stringify(transcript.slice(0, client.lines.length))) {
    problems.push(`lead ${name}: was shown ${shown}, and there stands ${JSON.stringify(transcript)}`);
  }
  return problems;
}

async function checkView(
  { name, expected, client }: LeadStory,
  transcript: readonly TranscriptMessage[],
): Promise<string[]> {
  const { dialog, attributes } = await client.view();
  const problems: string[] = [];
  const mode = expected.withOperator ? 'operator' : 'bot';
  if (dialog.mode !== mode || dialog.transfer !== expected.transfers || dialog.forwarded !== expected.withOperator) {
    problems.push(`lead ${name}: ends as ${JSON.stringify(dialog)} instead of ${mode}, transfer ${expected.transfers}`);
  }
  const answers = Number(attributes['answers']);
  const spoken = Number(transcript.findLast(({ from }) => from === 'bot')?.text?.replace('бот ', ''));
  // One more run may have ended when the operator got the dialog: it was not sent.
  if (answers !== spoken && answers !== spoken + 1) {
    problems.push(`lead ${name}: the bot has counted ${answers} answers and said number ${spoken}`);
  }
  return problems;
}

async function checkServer({ server, dispatcher, liveTex }: Stand): Promise<string[]> {
  const problems: string[] = [];
  const ready = await request(`${server.url}/readyz`, { dispatcher });
  const reasons = await ready.body.text();
  if (ready.statusCode !== 200) problems.push(`/readyz: ${ready.statusCode} ${reasons}`);
  const metrics = await metricsOf(server.url, dispatcher);
  for (const [name, value] of metrics) {
    if (/_dead\b|_dead\{|jobs_dead|_jobs\b|retrying/.test(name) && value !== 0) problems.push(`${name} ${value}`);
  }
  const pending = await liveTex.emulator.webhooks.pending();
  if (pending > 0) problems.push(`${pending} webhooks are not acknowledged`);
  return problems;
}

/** Prometheus text as names with their labels, and values. */
export async function metricsOf(url: string, dispatcher: Stand['dispatcher']): Promise<Map<string, number>> {
  const { body } = await request(`${url}/metrics`, { dispatcher });
  const lines = (await body.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

function userIdOf({ name }: LeadStory): string {
  return `support:chat:${name}`;
}

function userOf(body: unknown): string {
  return (body as { user_id: string }).user_id;
}
