/**
 * A WHEP player to be run inside a page by `TestPage.evaluate`: each function stands alone, and keeps what it makes
 * in `window.players`.
 */
export interface PlayOptions {
  /** Name of the player in the page. */
  readonly id: string;
  readonly url: string;
  readonly token?: string;
  /** Offers this codec alone. */
  readonly codec?: 'H264' | 'VP8';
  readonly audio?: boolean;
  /** Opens a data channel `events` and keeps what arrives. */
  readonly events?: boolean;
}

interface Player {
  readonly pc: RTCPeerConnection;
  readonly video: HTMLVideoElement;
  readonly events: unknown[];
  /** Held, or the browser collects it with whatever is still to come. */
  readonly channel: RTCDataChannel | undefined;
  readonly location: string | null;
}

declare global {
  interface Window {
    players: Record<string, Player>;
    readStrip(
      lumaAt: (x: number, y: number) => number,
      width: number,
      height: number,
    ): { frame: number; wallMs: number } | undefined;
  }
}

export interface Played {
  readonly status: number;
  /** From sending the offer to the first decoded frame, ms. */
  readonly firstFrameMs: number;
}

/** Opens a session and waits for its first decoded frame; `firstFrameMs` is -1 where the offer was refused. */
export async function play(options: PlayOptions): Promise<Played> {
  window.players ??= {};
  const pc = new RTCPeerConnection();
  const transceiver = pc.addTransceiver('video', { direction: 'recvonly' });
  if (options.codec) {
    const mimeTypes = [`video/${options.codec}`, 'video/rtx'];
    const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
    transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeTypes.includes(mimeType)));
  }
  if (options.audio) pc.addTransceiver('audio', { direction: 'recvonly' });
  const events: unknown[] = [];
  const channel = options.events ? pc.createDataChannel('events') : undefined;
  if (channel) channel.onmessage = ({ data }) => events.push(JSON.parse(String(data)));
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  video.playsInline = true;
  document.body.append(video);
  const stream = new MediaStream();
  video.srcObject = stream;
  pc.ontrack = ({ track }) => stream.addTrack(track);
  await pc.setLocalDescription();
  // Trickle would do; gathering first keeps the player short and is what many WHEP players do.
  if (pc.iceGatheringState !== 'complete') {
    await new Promise((resolve) => {
      pc.addEventListener(
        'icegatheringstatechange',
        () => pc.iceGatheringState === 'complete' && resolve(null),
      );
    });
  }
  const sentAt = performance.now();
  const first = new Promise<number>((resolve) => {
    video.requestVideoFrameCallback(() => resolve(performance.now() - sentAt));
  });
  const response = await fetch(options.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/sdp',
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
    },
    body: pc.localDescription?.sdp ?? '',
  });
  window.players[options.id] = { pc, video, events, channel, location: response.headers.get('location') };
  if (response.status !== 201) return { status: response.status, firstFrameMs: -1 };
  await pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
  return { status: response.status, firstFrameMs: await first };
}

export interface StripSample {
  readonly frame: number;
  /** Wall time drawn into the picture. */
  readonly wallMs: number;
  /** Wall time when the browser had decoded it. */
  readonly seenMs: number;
}

/**
 * Reads the machine-readable strip off each frame shown, for `forMs`; the device's `readStrip` must have been defined
 * in the page under that name.
 */
export async function watchStrip(options: { id: string; forMs: number }): Promise<StripSample[]> {
  const player = window.players?.[options.id];
  const video = player?.video ?? document.querySelector('video');
  if (!video) throw new Error('no video');
  const samples: StripSample[] = [];
  const canvas = new OffscreenCanvas(640, 24);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  const until = performance.now() + options.forMs;
  await new Promise<void>((resolve) => {
    const frame = () => {
      const { videoWidth, videoHeight } = video;
      canvas.width = videoWidth;
      canvas.height = Math.ceil(videoHeight / 15);
      context.drawImage(video, 0, 0);
      const { data, width } = context.getImageData(0, 0, canvas.width, canvas.height);
      // After the pixels were read, so that the frame was on the screen before, whichever it is.
      const seenMs = Date.now();
      const strip = window.readStrip((x, y) => data[(y * width + x) * 4 + 1] ?? 0, videoWidth, videoHeight);
      if (strip) samples.push({ ...strip, seenMs });
      if (performance.now() >= until) resolve();
      else video.requestVideoFrameCallback(frame);
    };
    video.requestVideoFrameCallback(frame);
  });
  return samples;
}

export interface ReceivedVideo {
  readonly mimeType: string;
  readonly framesDecoded: number;
  readonly packetsLost: number;
  readonly srtpCipher: string;
}

export async function receivedVideo(id: string): Promise<ReceivedVideo | undefined> {
  const player = window.players[id];
  if (!player) return undefined;
  const report = new Map<string, Stats>();
  for (const [id, stats] of (await player.pc.getStats()) as unknown as Map<string, Stats>)
    report.set(id, stats);
  const values = [...report.values()];
  const inbound = values.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
  if (!inbound) return undefined;
  return {
    mimeType: String(report.get(inbound.codecId ?? '')?.mimeType),
    framesDecoded: inbound.framesDecoded ?? 0,
    packetsLost: inbound.packetsLost ?? 0,
    srtpCipher: String(values.find(({ type }) => type === 'transport')?.srtpCipher),
  };
}

/** Of `RTCStats`, what is read here (W3C webrtc-stats). */
interface Stats {
  readonly type: string;
  readonly kind?: string;
  readonly codecId?: string;
  readonly mimeType?: string;
  readonly framesDecoded?: number;
  readonly packetsLost?: number;
  readonly srtpCipher?: string;
}

/** The loudest frequency in what the player hears, Hz, over `forMs`. */
export async function heardFrequency(options: { id: string; forMs: number }): Promise<number> {
  const player = window.players[options.id];
  if (!player) throw new Error('no player');
  const context = new AudioContext();
  await context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  analyser.smoothingTimeConstant = 0;
  const tracks = (player.video.srcObject as MediaStream).getAudioTracks();
  context.createMediaStreamSource(new MediaStream(tracks)).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  let loudest = -Infinity;
  let frequency = 0;
  const until = performance.now() + options.forMs;
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    analyser.getFloatFrequencyData(bins);
    const peak = Math.max(...bins);
    if (peak <= loudest) continue;
    loudest = peak;
    frequency = (bins.indexOf(peak) * context.sampleRate) / analyser.fftSize;
  }
  await context.close();
  return frequency;
}

export function eventsOf(id: string): unknown[] {
  return window.players[id]?.events ?? [];
}

/** Closes the connection without a DELETE, as a closed tab does. */
export function leave(id: string): void {
  window.players[id]?.pc.close();
  window.players[id]?.video.remove();
}
