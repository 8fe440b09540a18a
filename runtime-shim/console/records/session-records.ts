/** What crosses between the console's routes and its page: who one is, and who changed what. */
import { z } from 'zod';

export const roleSchema = z.enum(['admin', 'viewer']);

export const sessionSchema = z.object({
  name: z.string(),
  role: roleSchema,
  /** To be sent back as `X-CSRF-Token` with every change; empty where no cookie is used. */
  csrf: z.string(),
  /** `machine`: without `http.adminToken` there is nobody to log in. */
  way: z.enum(['machine', 'token', 'session']),
  version: z.string(),
});
export type SessionView = z.infer<typeof sessionSchema>;

export const auditEntrySchema = z.object({
  /** Goes as `after` into the next question. */
  id: z.string(),
  /** Unix ms. */
  at: z.number(),
  /** As they called themselves. */
  name: z.string(),
  role: roleSchema,
  /** `login`, `logout`, `binding_put`, … */
  what: z.string(),
  /** Of what: a binding's id, a lead, a message's number; never a token, a key or a text. */
  about: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

export const auditPageSchema = z.object({
  entries: z.array(auditEntrySchema),
  /** Goes as `after` into the next question; `null`: there are no more. */
  next: z.string().nullable(),
});
export type AuditPageView = z.infer<typeof auditPageSchema>;
