/** Full screen and picture in picture, with the older ways of Safari on phones. */

interface WebkitVideo extends HTMLVideoElement {
  webkitEnterFullscreen?(): void;
  webkitExitFullscreen?(): void;
  readonly webkitDisplayingFullscreen?: boolean;
}

/** The element fills the screen, words and all; a phone that allows only videos to do so gets the video. */
export async function toggleFullscreen(element: Element, video: WebkitVideo): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else if (document.fullscreenEnabled) await element.requestFullscreen();
  else video.webkitEnterFullscreen?.();
}

export const canFullscreen = (video: WebkitVideo): boolean =>
  document.fullscreenEnabled || video.webkitEnterFullscreen !== undefined;

export const canPictureInPicture = (): boolean =>
  'pictureInPictureEnabled' in document && document.pictureInPictureEnabled;

export async function togglePictureInPicture(video: HTMLVideoElement): Promise<void> {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  else await video.requestPictureInPicture();
}

/** Takes back windows that show the bare video: without our words over it, a frozen picture would look live. */
export function leaveBareVideo(video: WebkitVideo): void {
  if (canPictureInPicture() && document.pictureInPictureElement) {
    document.exitPictureInPicture().catch(() => undefined); // closed by its own button meanwhile
  }
  if (video.webkitDisplayingFullscreen) video.webkitExitFullscreen?.();
}
