import { alsaSpeaker } from './alsa.ts';
import { autoSpeaker } from './auto.ts';
import { fileSpeaker } from './file.ts';
import { noneSpeaker } from './none.ts';
import { pulseSpeaker } from './pulse.ts';

/** Every kind of speaker a profile may name. */
export const speakerKinds = [autoSpeaker, alsaSpeaker, pulseSpeaker, fileSpeaker, noneSpeaker] as const;
