import { alsaMicrophone } from './alsa.ts';
import { autoMicrophone } from './auto.ts';
import { fileMicrophone } from './file.ts';
import { pulseMicrophone } from './pulse.ts';
import { testMicrophone } from './test.ts';

/** Every kind of microphone a profile may name. */
export const microphoneKinds = [
  autoMicrophone,
  alsaMicrophone,
  pulseMicrophone,
  fileMicrophone,
  testMicrophone,
] as const;
