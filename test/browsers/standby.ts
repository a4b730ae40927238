/** What a viewer on standby says and sees, to be run inside a page: of the player `viewer` of whep.ts. */

/** Says something on the player's `events` channel, once it is open. */
export async function say(message: unknown): Promise<void> {
  const channel = window.players.viewer?.channel;
  if (!channel) throw new Error('no channel');
  if (channel.readyState === 'connecting')
    await new Promise((resolve) => channel.addEventListener('open', resolve, { once: true }));
  channel.send(JSON.stringify(message));
}

/** Lets a value cross its limit, and gives the time until a frame is shown that was drawn after it, ms. */
export async function crossToNewFrame(message: {
  readonly sensor: string;
  readonly value: number;
}): Promise<number> {
  const player = window.players.viewer;
  const context = new OffscreenCanvas(640, 24).getContext('2d', { willReadFrequently: true });
  if (!player?.channel || !context) throw new Error('no player');
  const { video, channel } = player;
  const crossedMs = Date.now();
  channel.send(JSON.stringify({ type: 'simulate', ...message }));
  for (;;) {
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    const { videoWidth, videoHeight } = video;
    context.canvas.width = videoWidth;
    context.canvas.height = Math.ceil(videoHeight / 15);
    context.drawImage(video, 0, 0);
    const { data, width } = context.getImageData(0, 0, context.canvas.width, context.canvas.height);
    const seenMs = Date.now();
    const strip = window.readStrip((x, y) => data[(y * width + x) * 4 + 1] ?? 0, videoWidth, videoHeight);
    if (strip && strip.wallMs > crossedMs) return seenMs - crossedMs;
  }
}
