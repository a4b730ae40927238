import { z } from 'zod';
import { pulseAnswers } from '../pulse.ts';
import type { SoundSink, SoundSource } from '../source.ts';
import { alsaMicrophone } from './alsa.ts';
import type { MicrophoneKind } from './kind.ts';
import { pulseMicrophone } from './pulse.ts';

export const AutoMicrophoneOptions = z.strictObject({});

/** The sound server where one answers, else ALSA's default card; looked for at each opening. */
export const autoMicrophone: MicrophoneKind<typeof AutoMicrophoneOptions> = {
  kind: 'auto',
  options: AutoMicrophoneOptions,
  open: () => new AutoMicrophone(),
};

class AutoMicrophone implements SoundSource {
  #stopped = false;
  #source: SoundSource | undefined;

  start(sink: SoundSink): void {
    const begin = (pulse: boolean) => {
      if (this.#stopped) return;
      this.#source = pulse
        ? pulseMicrophone.open({ source: 'auto' })
        : alsaMicrophone.open({ device: 'default', channels: 1 });
      this.#source.start(sink);
    };
    pulseAnswers().then(begin, () => begin(false));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#source?.stop();
  }
}
