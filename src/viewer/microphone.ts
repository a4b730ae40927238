import type { TalkProblem } from './talk.ts';

/** A microphone that is listening. {@link close} makes the browser's recording mark go out. */
export interface Microphone {
  readonly track: MediaStreamTrack;
  /** How loud it is now, 0 to 1. */
  level(): number;
  close(): void;
}

/** Quieter than this counts as silence on the meter, dBFS. */
const meterFloorDb = -60;

/** Opens the microphone; the first time, the browser asks its user. Rejects with what {@link microphoneProblem} reads. */
export async function openMicrophone(): Promise<Microphone> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
  const track = stream.getAudioTracks()[0];
  if (!track) throw new DOMException('no audio track', 'NotFoundError');
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    track,
    level: () => {
      analyser.getFloatTimeDomainData(samples);
      return meterLevel(samples);
    },
    close: () => {
      for (const each of stream.getTracks()) each.stop();
      context.close().catch(() => undefined); // closed twice: it is closed
    },
  };
}

/** Root mean square of samples in [-1, 1], on a scale of decibels from the floor (0) to full scale (1). */
export function meterLevel(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 10 * Math.log10(sum / samples.length + Number.EPSILON);
  return Math.min(1, Math.max(0, 1 - db / meterFloorDb));
}

/** What went wrong with `getUserMedia`, in our words (W3C Media Capture, 10.2.1). */
export function microphoneProblem(error: unknown): TalkProblem {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return { type: 'denied' };
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return { type: 'no-microphone' };
  return { type: 'microphone-failed' };
}
