import { messageOf } from '../../../plugin/contract/coded-error.ts';
import { issueLines, keysOf } from '../config/problem-lines.ts';
import { cliError } from '../errors.ts';
import { readJsonFile } from '../read-json-file.ts';
import { type DialogRecording, recordingSchema } from '../../simulator/recording/recording-schema.ts';

const WHAT = 'the scenario';

/** A scenario file, checked. @throws cli_json_invalid with every problem, and what `readTextFile` throws */
export async function readScenario(path: string): Promise<DialogRecording> {
  const parsed = recordingSchema.safeParse(await readJsonFile(WHAT, path));
  if (!parsed.success) {
    const problems = issueLines(parsed.error.issues, keysOf(recordingSchema));
    throw cliError('cli_json_invalid', { what: WHAT, path, problems });
  }
  const broken = parsed.data.steps
    .flatMap(({ outcome }) => outcome.sees ?? [])
    .flatMap((line) => patternProblem(line.matches ?? ''));
  if (broken.length > 0) throw cliError('cli_json_invalid', { what: WHAT, path, problems: broken });
  return parsed.data;
}

function patternProblem(pattern: string): string[] {
  try {
    RegExp(pattern, 'u');
    return [];
  } catch (error) {
    return [`matches: ${messageOf(error)}`];
  }
}
