/** JPEG quality of a snapshot: no visible loss at a quarter of the size of 1. */
const jpegQuality = 0.92;

/** Some browsers read the blob only after the click has returned. */
const keepBlobMs = 10_000;

/** `front-door-2026-11-24-14-02-07.jpg`: sorts by time, safe on every file system. */
export function snapshotName(feed: string, now: Date): string {
  const part = (value: number): string => String(value).padStart(2, '0');
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()];
  const safe = feed.replace(/[^\p{L}\p{N}_-]+/gu, '-');
  return `${safe}-${[...date, ...time].map(part).join('-')}.jpg`;
}

/** The frame that is on the screen now, as JPEG. */
export async function takeSnapshot(video: HTMLVideoElement): Promise<Blob | undefined> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return (
    (await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', jpegQuality))) ??
    undefined
  );
}

/** Hands a file to the reader's downloads. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), keepBlobMs);
}
