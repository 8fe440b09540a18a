import { between } from '../../support/seeded-random.ts';
import { ExpectedDialog, matchLines } from './expected-dialog.ts';
import type { LeadClient } from './lead-client.ts';
import { ASKS, ASKS_OTHER, HASTY, IMPATIENT, SAYS_BYE } from './words.ts';

/**
 * `talks`: with the bot only. `cycles`: to the operator and back, again and again. `stays`: the same, but the last
 * conversation is not closed. `hasty`: once an operator who closes at once, a little with the bot, and no more: what it
 * leaves at LiveTex may be a conversation that a repeated selection opened again.
 */
export type Character = 'talks' | 'cycles' | 'stays' | 'hasty';

/** Messages that a lead writes without waiting for an answer, at most. */
const LONGEST_BURST = 3;

export interface LeadStoryOptions {
  readonly name: string;
  readonly character: Character;
  readonly client: LeadClient;
  readonly random: () => number;
  /** Asked before each part of the story: is it time to end? */
  readonly isEnding: () => boolean;
}

/** What one lead says, one part after another until it is time to end. Each part is over when all that it must bring has come. */
export class LeadStory {
  readonly expected = new ExpectedDialog();
  readonly name: string;
  readonly character: Character;
  readonly client: LeadClient;
  private readonly options: LeadStoryOptions;

  constructor(options: LeadStoryOptions) {
    this.options = options;
    this.name = options.name;
    this.character = options.character;
    this.client = options.client;
  }

  /** @throws as soon as the lead sees what it must not see */
  async live(): Promise<void> {
    const { character, isEnding } = this.options;
    await this.talk();
    if (character === 'hasty') return await this.liveHastily();
    do {
      await this.talk();
      if (character === 'cycles' || character === 'stays') {
        await this.ask();
        if (character === 'cycles' || !isEnding()) await this.goodbye();
      }
    } while (!isEnding());
    if (character === 'stays' && !this.expected.withOperator) await this.ask();
  }

  /** Which problem there is with what the lead has seen, if any. */
  problem(): string | undefined {
    const match = matchLines(this.expected.lines, this.client.lines);
    return match.ok ? undefined : match.problem;
  }

  private async talk(): Promise<void> {
    const count = between(this.options.random, 1, LONGEST_BURST);
    for (let index = 0; index < count; index += 1) await this.say('');
    await this.untilAnswered();
  }

  private async liveHastily(): Promise<void> {
    await this.say(`${ASKS} ${HASTY}`);
    await this.untilAnswered();
    await this.talk();
  }

  private async ask(): Promise<void> {
    await this.say(ASKS);
    if (this.options.random() < 0.5) await this.say(IMPATIENT);
    await this.untilAnswered();
    await this.talk();
    if (this.options.random() < 0.5) await this.say(ASKS_OTHER);
    await this.untilAnswered();
  }

  private async goodbye(): Promise<void> {
    await this.say(SAYS_BYE);
    await this.untilAnswered();
  }

  private async say(words: string): Promise<void> {
    const number = this.expected.texts.length + 1;
    const text = `${this.name}.${number} ${words}`.trim();
    this.expected.said(text);
    await this.client.say(`${this.name}-${number}`, text);
  }

  private async untilAnswered(): Promise<void> {
    await this.client.until((lines) => {
      const match = matchLines(this.expected.lines, lines);
      if (!match.ok) throw new Error(`lead ${this.name}: ${match.problem}`);
      return match.left === 0;
    });
  }
}
