import { codeOf } from '../../plugin/contract/coded-error.ts';
import type { Text } from '../../plugin/contract/text.ts';
import type { Bot } from '../bot/bot.ts';
import { loadBot } from '../bot/load/load-bot.ts';
import type { Environment } from '../environment.ts';

/** The bot in force. A broken folder changes nothing: the last good bot goes on. */
export class BotHolder {
  private bot: Bot;
  private readonly env: Environment | undefined;
  private loading: Promise<unknown> = Promise.resolve();

  /** `env`: the variables that the folder may name; left out: those of the process. */
  constructor(bot: Bot, env: Environment | undefined) {
    this.bot = bot;
    this.env = env;
  }

  readonly current = (): Bot => this.bot;

  /** Reads the folder again, one reading at a time, so that the last one asked for is the one in force. Returns the problems. */
  reload(): Promise<readonly Text[]> {
    const reading = this.loading.then(() => this.read());
    this.loading = reading.catch(() => undefined);
    return reading;
  }

  private async read(): Promise<readonly Text[]> {
    const { folder, id } = this.bot;
    let bot: Bot;
    try {
      bot = await loadBot(folder, this.env);
    } catch (error) {
      if (codeOf(error) !== 'bot_invalid') throw error;
      return (error as { facts: { problems: readonly Text[] } }).facts.problems;
    }
    if (bot.id !== id)
      return [
        {
          en: `bot.json: id: it was "${id}" when the runtime started, and all leads belong to that bot`,
          ru: `bot.json: id: при запуске был "${id}", и все лиды принадлежат тому боту`,
        },
      ];
    this.bot = bot;
    return [];
  }
}
