import { z } from 'zod';

/** What is heard: a file, or spoken words. One of both. */
export const soundShape = {
  file: z.string().min(1).optional().describe('Any file with sound that ffmpeg reads'),
  say: z.string().min(1).max(500).optional().describe('Words to be spoken, in English'),
};

/** Holds an object with {@link soundShape} to exactly one of both. */
export function withOneSound<Schema extends z.ZodObject>(schema: Schema): Schema {
  return schema.refine(
    ({ file, say }) => (file === undefined) !== (say === undefined),
    'either `file`, or words to `say`',
  );
}
