/** The lead of `run --lead`: what the script sees. Explained in `docs/configuration.md`. */
import { CLI_TEXTS } from '../cli-texts.ts';
import { z } from 'zod';
import type { Json } from '../../../plugin/contract/guest.ts';
import {
  LIVETEX_ATTRS_KEY,
  LIVETEX_HIDDEN_ATTRS_KEY,
  liveTexAttrsSchema,
} from '../../../plugin/contract/attributes.ts';
import { spoken } from '../../../plugin/contract/issue-words.ts';
import { codeSchema, externalIdSchema } from '../../../plugin/contract/lead.ts';
import { textSchema } from '../../../plugin/contract/message.ts';
import { SYSTEM_ATTRIBUTE_PREFIX } from '../../bot/load/command-schema.ts';
import { issueLines, readJsonFile } from '../read-file.ts';
import { cliError } from '../errors.ts';

const WHAT = CLI_TEXTS.leadFile;
const MAX_TEXT = 10_000;

const isSystem = (key: string): boolean => key.startsWith(SYSTEM_ATTRIBUTE_PREFIX);

/** A rule on each key, not on the whole: so that it is reported beside what is wrong with the values. */
const textAttributes = z.record(
  z
    .string()
    .min(1)
    .refine(
      (key) => !isSystem(key),
      spoken({
        en: `a key that starts with "${SYSTEM_ATTRIBUTE_PREFIX}" belongs into "systemAttributes"`,
        ru: `ключам, которые начинаются с "${SYSTEM_ATTRIBUTE_PREFIX}", место в "systemAttributes"`,
      }),
    ),
  textSchema.max(MAX_TEXT),
);

const systemAttributes = z
  .looseObject({
    [LIVETEX_ATTRS_KEY]: liveTexAttrsSchema.optional(),
    [LIVETEX_HIDDEN_ATTRS_KEY]: liveTexAttrsSchema.optional(),
  })
  .refine((attributes) => Object.keys(attributes).every(isSystem), {
    message: spoken({
      en: `keys must start with "${SYSTEM_ATTRIBUTE_PREFIX}"`,
      ru: `ключи здесь начинаются с "${SYSTEM_ATTRIBUTE_PREFIX}"`,
    }),
    // Also beside problems of the values, so that all are reported together.
    when: ({ value }) => typeof value === 'object' && value !== null,
  });

const leadFileSchema = z.strictObject({
  name: textSchema.min(1).max(200).default('Гость'),
  channel: codeSchema.default('telegram'),
  externalId: externalIdSchema.default('1'),
  attributes: textAttributes.default({}),
  systemAttributes: systemAttributes.default({}),
  memory: z.record(z.string().min(1), textSchema.max(MAX_TEXT)).default({}),
  tags: z.array(textSchema.min(1).max(200)).max(1_000).default([]),
});

export type LeadFile = Omit<z.infer<typeof leadFileSchema>, 'systemAttributes'> & {
  readonly systemAttributes: Readonly<Record<string, Json>>;
};

/** @throws cli_json_invalid with every problem, and what `readTextFile` throws */
export async function readLeadFile(path: string | undefined): Promise<LeadFile> {
  const value = path === undefined ? {} : await readJsonFile(WHAT, path);
  const parsed = leadFileSchema.safeParse(value);
  // What came from JSON.parse is JSON, which zod's loose object cannot say.
  if (parsed.success) return parsed.data as LeadFile;
  throw cliError('cli_json_invalid', {
    what: WHAT,
    path: path ?? '',
    problems: issueLines(parsed.error.issues, leadFileSchema),
  });
}
