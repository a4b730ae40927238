import { z } from 'zod';
import { pulseAnswers } from '../pulse.ts';
import { alsaSpeaker } from './alsa.ts';
import type { SpeakerDevice, SpeakerEvents, SpeakerKind } from './kind.ts';
import { pulseSpeaker } from './pulse.ts';

export const AutoSpeakerOptions = z.strictObject({});

/** The sound server where one answers, else ALSA's default card; looked for at each opening. */
export const autoSpeaker: SpeakerKind<typeof AutoSpeakerOptions> = {
  kind: 'auto',
  options: AutoSpeakerOptions,
  open: () => new AutoSpeaker(),
};

class AutoSpeaker implements SpeakerDevice {
  #stopped = false;
  #device: SpeakerDevice | undefined;

  start(events: SpeakerEvents): void {
    const begin = (pulse: boolean) => {
      if (this.#stopped) return;
      this.#device = pulse ? pulseSpeaker.open({ sink: 'auto' }) : alsaSpeaker.open({ device: 'default' });
      this.#device.start(events);
    };
    pulseAnswers().then(begin, () => begin(false));
  }

  play(samples: Int16Array): void {
    this.#device?.play(samples);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#device?.stop();
  }
}
