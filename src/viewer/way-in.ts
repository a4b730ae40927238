import { type Away, readAway } from '../identity/away.ts';
import type { Door } from './door.ts';
import { HomeDoor } from './home-door.ts';

/** What a page of another origin keeps: nothing in it is secret, and a key that is lost is asked for anew. */
const keptName = 'vedette-away';

/**
 * The way to this page's device: where the address says `#at=…`, or said it before, over a broker; else the origin it came
 * from. `https://page/#at=<device>&join=<invitation>.<secret>` is left as `#join=…`.
 */
export function wayIn(): Promise<Door> {
  const away = takeAway() ?? keptAway();
  if (away === undefined) return Promise.resolve(new HomeDoor());
  return import('./away/away-door.ts').then(({ awayDoor }) => awayDoor(away));
}

function takeAway(): Away | undefined {
  const [, at = '', rest] = /^#at=([A-Za-z0-9_-]+)(?:&(join=.*))?$/.exec(location.hash) ?? [];
  const away = readAway(at);
  if (away === undefined) return undefined;
  const hash = rest === undefined ? '' : `#${rest}`;
  history.replaceState(history.state, '', location.pathname + location.search + hash);
  try {
    localStorage.setItem(keptName, at);
  } catch {
    // The link is opened again then.
  }
  return away;
}

function keptAway(): Away | undefined {
  try {
    return readAway(localStorage.getItem(keptName) ?? '');
  } catch {
    return undefined;
  }
}
