import type { DeviceEvent } from '../../../protocol/alarm.ts';
import type { ViewerMessage } from '../../../protocol/events.ts';
import type { Scope } from '../../../protocol/scope.ts';
import type { View } from '../../address.ts';
import type { Attention, Call } from '../../attention.ts';
import type { DeviceDescription } from '../../device.ts';
import type { Picture } from '../../liveness.ts';
import type { Settings } from '../../settings.ts';
import type { ConnectionStats } from '../../stats.ts';
import type { Viewer } from '../../viewer.ts';
import type { BadgeFeed } from '../vedette-badge.ts';
import type { Parts } from './parts.ts';

/** What the page's areas are drawn from, and what they ask of it. Each area is a function of this. */
export interface Page {
  readonly viewer: Viewer;
  readonly view: View;
  /** The feed that is shown large, if it is there and there are others. */
  readonly grownFeed: string | undefined;
  readonly attention: Attention;
  readonly stats: ConnectionStats | undefined;
  readonly badgeFeeds: readonly BadgeFeed[];
  /** Of the only feed, where there is one only. */
  picture: Picture | undefined;
  settings: Settings;
  settingsOpen: boolean;
  /** Epoch milliseconds, moved on each second. */
  readonly now: number;
  readonly parts: Parts;
  /** The browser lets the bell sound only after a tap. */
  readonly bellBlocked: boolean;
  /** Its title, or what stands for it until the device tells. */
  readonly deviceTitle: string;
  /** As it told of itself; undefined until then. */
  readonly device: DeviceDescription | undefined;
  /** There is more than pictures. */
  readonly hasBeside: boolean;
  /** Parts of the page for this person; none where there is but one. */
  readonly views: readonly View[];
  /** Sends it to the device, or says that it was not heard. */
  readonly say: (message: ViewerMessage) => void;
  readonly listen: (listener: (event: DeviceEvent) => void) => () => void;
  /** Where something is, by its feed or sensor. */
  readonly placeOf: (call: Pick<Call, 'status'>) => string | undefined;
  readonly placeOfEvent: (event: DeviceEvent) => string | undefined;
  may(scope: Scope): boolean;
  mayOpen(view: View): boolean;
  go(view: View, change?: { readonly sensor?: string; readonly event?: string }): void;
  grow(feed: string | undefined): void;
  standBy(standby: boolean): void;
  /** Puts the calls aside: whoever is at this page has seen them. */
  putAside(ids: readonly string[]): void;
}
