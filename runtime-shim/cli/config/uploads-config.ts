/** `uploads` of the configuration: where files lie that leads send to this server itself, and how many. */
import { join } from 'node:path';
import { z } from 'zod';
import { ATTACHMENT_TYPES } from '../../../plugin/contract/message.ts';
import { spoken } from '../../../plugin/contract/issue-words.ts';
import { addressSchema } from '../../channels/channel-settings.ts';
import type { UploadOptions } from '../../uploads/contract.ts';
import { folderStore } from '../../uploads/folder-store.ts';
import { s3Store } from '../../uploads/s3-store.ts';

const MB = 1024 * 1024;
const DAY_MS = 86_400_000;
/** Longer and larger values are slips of the pen. */
const MAX_MB = 100_000_000;
const MAX_DAYS = 36_500;

const s3Schema = z.strictObject({
  endpoint: addressSchema,
  bucket: z.string().regex(
    /^[a-z0-9][a-z0-9.-]{1,62}$/,
    spoken({
      en: 'must be the name of a bucket: small letters, digits, "." and "-"',
      ru: 'здесь нужно имя бакета: строчные латинские буквы, цифры, "." и "-"',
    }),
  ),
  region: z.string().min(1).max(64).default('us-east-1'),
  accessKeyId: z.string().min(1).max(256),
  secretAccessKey: z.string().min(8).max(256),
  /** Stands before each key. */
  prefix: z
    .string()
    .max(200)
    .regex(
      /^[\w./-]*$/,
      spoken({
        en: 'letters, digits, "_", ".", "/" and "-" only',
        ru: 'здесь только буквы, цифры, "_", ".", "/" и "-"',
      }),
    )
    .default('uploads/'),
});

const mb = (value: number) => z.number().positive().max(MAX_MB).default(value);

export const uploadsSchema = z
  .strictObject({
    /** Relative to the configuration. Default: `uploads` in storage's folder. */
    folder: z.string().min(1).optional(),
    s3: s3Schema.optional(),
    maxMb: mb(25),
    leadMb: mb(200),
    totalMb: mb(10_240),
    /** Default: a tenth of `totalMb`, at least `leadMb`. */
    addressMb: z.number().positive().max(MAX_MB).optional(),
    keepDays: z.number().positive().max(MAX_DAYS).default(30),
    accept: z
      .array(z.enum(ATTACHMENT_TYPES))
      .min(1)
      .default([...ATTACHMENT_TYPES]),
    /** A program with its arguments; `{file}` stands for the path. */
    scan: z
      .array(z.string().min(1))
      .min(1)
      .refine(
        (words) => words.some((word) => word.includes('{file}')),
        spoken({ en: 'must hold "{file}", the path of the file', ru: 'среди слов нужно "{file}" — путь к файлу' }),
      )
      .optional(),
  })
  .refine(({ folder, s3 }) => folder === undefined || s3 === undefined, {
    path: ['folder'],
    message: spoken({ en: 'stands beside "s3": one of the two is enough', ru: 'стоит рядом с "s3": хватит одного' }),
  });
type UploadSettings = z.infer<typeof uploadsSchema>;

/** The place and the limits; `undefined`: there is no place. `folder`: where files lie when the configuration names no place. */
export function uploadsOf(settings: UploadSettings, folder: string | undefined): UploadOptions | undefined {
  const { s3, maxMb, leadMb, totalMb, addressMb, keepDays, accept, scan: [program, ...args] = [] } = settings;
  const place = settings.folder ?? folder;
  const incoming = folder === undefined ? {} : { incoming: join(folder, 'incoming') };
  const store =
    s3 === undefined ? (place === undefined ? undefined : folderStore(place)) : s3Store({ ...s3, ...incoming });
  if (store === undefined) return undefined;
  return {
    store,
    maxBytes: Math.round(maxMb * MB),
    leadBytes: Math.round(leadMb * MB),
    totalBytes: Math.round(totalMb * MB),
    ...(addressMb === undefined ? {} : { addressBytes: Math.round(addressMb * MB) }),
    keepMs: keepDays * DAY_MS,
    accept,
    ...(program === undefined ? {} : { scan: [program, ...args] }),
  };
}
