import { codeOf, messageOf, textOf } from '../../../plugin/contract/coded-error.ts';
import type { Text } from '../../../plugin/contract/text.ts';
import { channelWebhookUrl } from '../../channels/channels.ts';
import type { ChannelDriver, Inspection } from '../../channels/contract.ts';
import { didYouMean } from '../../names.ts';
import { type CommandContext, type CommandWork, EXIT_DONE, EXIT_FAILED, type ExitCode } from '../command.ts';
import { type Config, loadConfig } from '../config/load-config.ts';
import { channelDriverOf } from '../create-runtime-of.ts';
import { cliError } from '../errors.ts';
import { MAINTENANCE_TEXTS } from '../maintenance/maintenance-texts.ts';
import { printableJson } from '../terminal.ts';
import { checksText, inEnglish } from './doctor.ts';

/** `channel set|show|check`: what a messenger knows of our bot, and where it posts to. Sends no message. */
export const channel: CommandWork = async (context) => {
  const { positionals, values } = context.arguments;
  const [action = '', code = ''] = positionals;
  const config = await loadConfig(values['config'] ?? '', context.cwd, context.env);
  const driver = channelDriverOf(chosen(config.channels, code));
  const url = driver.mode === 'webhook' ? (channelWebhookUrl(config.http.publicUrl, code) ?? null) : null;
  try {
    if (action === 'set') await driver.register(url, context.stop);
    const found = await driver.inspect(url, context.stop);
    return report(code, found, action, context, driver.mode);
  } catch (error) {
    context.stop.throwIfAborted();
    return failed(code, error, context);
  } finally {
    await driver.close();
  }
};

/** @throws cli_usage */
function chosen(channels: Config['channels'], code: string): Config['channels'][string] {
  const found = Object.hasOwn(channels, code) ? channels[code] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(channels);
  const problem =
    known.length === 0
      ? MAINTENANCE_TEXTS.noChannel
      : MAINTENANCE_TEXTS.unknownChannel(code, didYouMean(code, known), known.join(', '));
  throw cliError('cli_usage', { problems: [problem] });
}

function report(
  code: string,
  { account, registered, checks }: Inspection,
  action: string,
  { json, terminal, language }: CommandContext,
  mode: ChannelDriver['mode'],
): ExitCode {
  // `show` only says what there is; what is wrong with it is the business of the two others.
  const ok = action === 'show' || checks.every((check) => check.ok);
  if (json) {
    terminal.out(
      printableJson({
        ok,
        channel: code,
        account,
        registered,
        ...(action === 'show' ? {} : { checks: checks.map(inEnglish) }),
      }),
    );
  } else {
    terminal.out(`${code}: ${account}, ${whereOf(code, registered, mode)[language]}`);
    if (action !== 'show') terminal.out(checksText(checks, terminal, language).join('\n'));
  }
  return ok ? EXIT_DONE : EXIT_FAILED;
}

function whereOf(code: string, registered: string | null, mode: ChannelDriver['mode']): Text {
  if (mode === 'page') return MAINTENANCE_TEXTS.channelOfPages(`/widget/${code}/`);
  if (registered !== null) return MAINTENANCE_TEXTS.channelPosts(registered);
  return mode === 'poll' ? MAINTENANCE_TEXTS.channelPolled : MAINTENANCE_TEXTS.channelNowhere;
}

function failed(code: string, error: unknown, { json, terminal, language }: CommandContext): ExitCode {
  const told = { code: codeOf(error) ?? 'internal', message: messageOf(error) };
  if (json) terminal.out(printableJson({ ok: false, channel: code, error: told }));
  else terminal.err(`${code}: ${textOf(error)[language]} (${told.code})`);
  return EXIT_FAILED;
}
