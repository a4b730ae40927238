/** How this page gets to its device. */
import type { Receipt } from '../protocol/request.ts';
import type { Admission } from './device.ts';
import type { JoinLink } from './join-link.ts';
import type { Joined } from './joining.ts';
import type { OpenLine } from './line.ts';
import type { Identity } from './sign-in.ts';
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
  post(request: string, heard: (receipt: Receipt) => void): Promise<string | undefined>;
}
