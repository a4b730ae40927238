import type { Page } from 'playwright-core';

/**
 * A browser on one machine cannot lose its path, so the peer connection is made to say that it did: what follows, new
 * credentials in a real exchange, is the page's own doing.
 */
export async function watchPath(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const Native = RTCPeerConnection;
    let last: RTCPeerConnection;
    class Watched extends Native {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        last = this;
      }
    }
    const ufrag = (): string | undefined => /a=ice-ufrag:(\S+)/.exec(last.remoteDescription?.sdp ?? '')?.[1];
    let before: string | undefined;
    const path = {
      fail() {
        before = ufrag();
        Object.defineProperty(last, 'connectionState', { value: 'failed', configurable: true });
        last.dispatchEvent(new Event('connectionstatechange'));
      },
      restarted: () => last.signalingState === 'stable' && ufrag() !== before,
      mend() {
        Reflect.deleteProperty(last, 'connectionState');
        last.dispatchEvent(new Event('connectionstatechange'));
      },
    };
    Object.assign(window, { RTCPeerConnection: Watched, path });
  });
}

type PathWindow = Window & { readonly path: { fail(): void; restarted(): boolean; mend(): void } };

export const failPath = (page: Page): Promise<void> =>
  page.evaluate(() => (window as unknown as PathWindow).path.fail());

export const mendPath = (page: Page): Promise<void> =>
  page.evaluate(() => (window as unknown as PathWindow).path.mend());

/** Waits until both sides agreed on new ICE credentials. */
export async function pathRestarted(page: Page): Promise<void> {
  await page.waitForFunction(() => (window as unknown as PathWindow).path.restarted());
}
