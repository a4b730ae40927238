/** How this page gets to its device. */
import { type Admission, askDevice } from './device.ts';
import type { JoinLink } from './join-link.ts';
import { type Joined, join } from './joining.ts';
import { type OpenLine, openSocketLine } from './line.ts';
import { askIdentity, type Identity, post } from './sign-in.ts';
import type { Hello, Lost } from './signal-carrier.ts';

/** No part of it throws or rejects. */
export interface Door {
  /** Carries signaling. */
  readonly line: OpenLine;
  /** Who the device is; undefined where it does not answer. */
  identity(): Promise<Identity | undefined>;
  /** Opens an invitation, with a key that is made for it. */
  join(
    identity: Identity,
    link: JoinLink,
    form: { readonly name: string | undefined; readonly label: string },
  ): Promise<Joined>;
  /** Whether the device lets this browser in. */
  admission(): Promise<Admission>;
  /** The same by the device's first word on a line, where that alone says it. */
  admitted(hello: Hello): Admission | undefined;
  /** Why a line was lost before that. */
  whyLost(): Promise<Lost>;
  /** A request's answer, where there is another way than a session. */
  post(request: string): Promise<string | undefined>;
}

/** The device that this page came from. */
export const homeDoor: Door = {
  line: openSocketLine,
  identity: askIdentity,
  join,
  admission: askDevice,
  admitted: () => undefined,
  async whyLost() {
    // Whom it lets do nothing at this time is let in later: worth another try.
    const { type } = await askDevice();
    return type === 'unauthorized' ? type : 'unreachable';
  },
  async post(request) {
    try {
      return await (await post('/api/requests', request)).text();
    } catch {
      return undefined;
    }
  },
};
