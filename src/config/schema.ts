import { z } from 'zod';
import { MODES, PERSONAS, SEVERITIES } from '../core/scale.ts';

const severity = z.enum(SEVERITIES);
const text = z.string().trim().min(1).max(500);
const glob = z.string().min(1).max(300).describe('picomatch glob, relative to the repository root');
const day = z.iso.date().describe('the last day on which it holds, YYYY-MM-DD');

const check = z.union([
  z.enum(MODES).describe('shorthand for { mode: … }'),
  z.strictObject({ mode: z.enum(MODES).optional(), severity: severity.optional() }),
]);

const waiver = z.strictObject({ check: text, path: glob, reason: text, owner: text, expires: day });

const participant = z.union([
  z.enum(PERSONAS),
  z.string().regex(/^[a-z][a-z0-9-]{1,40}$/, 'a participant is named in kebab-case'),
]);

/** `.github/ml-review.yml`, as written. Every key is optional but the version. */
export const fileSchema = z.strictObject({
  version: z.literal(1),
  label: z.string().min(1).max(50).optional().describe('the label that asks for a review'),
  gate: z
    .strictObject({
      'fail-on': z.union([severity, z.literal('never')]).optional(),
      'require-label': z.boolean().optional(),
      'on-error': z.enum(['fail', 'neutral']).optional(),
    })
    .optional(),
  review: z
    .strictObject({
      'comment-on': severity.optional(),
      'max-comments': z.int().min(0).max(30).optional(),
      drafts: z.enum(['check-only', 'full', 'skip']).optional(),
      'base-branches': z.array(glob).max(50).optional(),
      fixed: z
        .enum(['edit', 'delete'])
        .optional()
        .describe('what becomes of a comment whose finding is fixed: it says so, or goes when nobody answered it'),
    })
    .optional(),
  paths: z
    .strictObject({ production: z.array(glob).max(200).optional(), ignore: z.array(glob).max(200).optional() })
    .optional(),
  declare: z
    .strictObject({
      monitoring: text.optional(),
      slo: text.optional(),
      'serving-owner': text.optional(),
      'trusted-organisations': z.array(text).max(50).optional(),
    })
    .optional(),
  panel: z.strictObject({ participants: z.array(participant).min(1).max(20).optional() }).optional(),
  checks: z.record(z.string(), check).optional(),
  waivers: z.array(waiver).max(500).optional(),
  baseline: z
    .array(z.string().regex(/^[0-9a-f]{24}$/))
    .max(20_000)
    .optional(),
  decisions: z.record(z.string(), text).optional().describe('conflict id to the decision taken'),
  lock: z
    .array(text)
    .max(50)
    .optional()
    .describe('organisation only: keys that a repository may not change, such as gate.fail-on'),
});

export type ConfigurationFile = z.infer<typeof fileSchema>;

/** Draft 7 JSON schema of the file, for editors; published as `docs/ml-review.schema.json`. */
export function configurationJsonSchema(): object {
  return z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-7' });
}
