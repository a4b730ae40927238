import { open, stat } from 'node:fs/promises';
import type { EncodedPacket, Input as MediaInput } from 'mediabunny';
import { fileSink } from './clip-writer.ts';
import { fileMode, isDiskError } from './whole-file.ts';

/**
 * Writes what can be read of a clip that was cut off into a new file, synced. The frames stay as they are.
 * @returns how long it is, in ms; 0 where there is nothing in it
 * @throws what the disk or the container's reader says
 */
export async function remux(from: string, to: string): Promise<number> {
  if ((await stat(from)).size === 0) return 0;
  const library = await import('mediabunny');
  const input: MediaInput = new library.Input({
    source: new library.FilePathSource(from),
    formats: [library.MP4, library.WEBM],
  });
  const file = await open(to, 'wx', fileMode);
  try {
    const picture = await input.getPrimaryVideoTrack();
    const config = await picture?.getDecoderConfig();
    if (!picture || !config) return 0;
    const sound = await input.getPrimaryAudioTrack();
    const soundConfig = await sound?.getDecoderConfig();
    const mp4 = to.includes('.mp4');
    const output = new library.Output({
      format: mp4
        ? new library.Mp4OutputFormat({ fastStart: 'fragmented' })
        : new library.WebMOutputFormat({}),
      target: new library.StreamTarget(fileSink(file)),
    });
    const video = new library.EncodedVideoPacketSource(mp4 ? 'avc' : 'vp8');
    const audio = new library.EncodedAudioPacketSource('opus');
    output.addVideoTrack(video);
    if (sound && soundConfig) output.addAudioTrack(audio);
    await output.start();
    let endMs = 0;
    const packets = readable(
      new library.EncodedPacketSink(picture),
      sound && soundConfig ? new library.EncodedPacketSink(sound) : undefined,
    );
    for await (const { packet, isSound } of packets) {
      if (isSound && soundConfig) await audio.add(packet, { decoderConfig: soundConfig });
      else {
        await video.add(packet, { decoderConfig: config });
        endMs = Math.max(endMs, (packet.timestamp + packet.duration) * 1000);
      }
    }
    if (endMs === 0) await output.cancel();
    else await output.finalize();
    await file.sync();
    return endMs;
  } finally {
    await file.close();
    input.dispose();
  }
}

interface Sink {
  packets(): AsyncGenerator<EncodedPacket, void, unknown>;
}

/** Both tracks' packets in the order of their time; a track ends where the file cannot be read any more. */
async function* readable(
  picture: Sink,
  sound: Sink | undefined,
): AsyncGenerator<{ packet: EncodedPacket; isSound: boolean }> {
  const pictures = untilBroken(picture);
  const sounds = sound ? untilBroken(sound) : undefined;
  let nextPicture = await pictures.next();
  let nextSound = await sounds?.next();
  while (!nextPicture.done || (nextSound && !nextSound.done)) {
    const soundFirst =
      nextSound &&
      !nextSound.done &&
      (nextPicture.done || nextSound.value.timestamp < nextPicture.value.timestamp);
    if (soundFirst && nextSound && !nextSound.done) {
      yield { packet: nextSound.value, isSound: true };
      nextSound = await sounds?.next();
    } else if (!nextPicture.done) {
      yield { packet: nextPicture.value, isSound: false };
      nextPicture = await pictures.next();
    }
  }
}

async function* untilBroken(sink: Sink): AsyncGenerator<EncodedPacket, void> {
  try {
    yield* sink.packets();
  } catch (error) {
    if (isDiskError(error)) throw error;
    // The rest was never written.
  }
}
