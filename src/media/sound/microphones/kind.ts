import type { z } from 'zod';
import type { SoundSource } from '../source.ts';

/** A kind of microphone: one file, and one row in `kinds.ts`. */
export interface MicrophoneKind<Schema extends z.ZodObject> {
  readonly kind: string;
  /** The keys that stand in the profile beside `kind`. */
  readonly options: Schema;
  open(options: z.output<Schema>): SoundSource;
}
