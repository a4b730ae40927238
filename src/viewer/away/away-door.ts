import type { Away } from '../../identity/away.ts';
import { keyIdOf, sha256, sign } from '../../identity/keys.ts';
import type { Speaker } from '../../identity/sealed-channel.ts';
import { joinStatement } from '../../identity/statements.ts';
import { keyWords } from '../../identity/words.ts';
import { SealedJoinAnswer, sealedOrigin } from '../../protocol/join.ts';
import type { Admission } from '../device.ts';
import type { Door } from '../door.ts';
import type { JoinLink } from '../join-link.ts';
import type { Joined } from '../joining.ts';
import { keyJoined, newKey, ownKeys, speakerOf } from '../own-key.ts';
import { SealedAsking } from '../sealed-asking.ts';
import { openSealedLine, type SealedLineEvents } from '../sealed-line.ts';
import { readJson } from '../signaling.ts';
import { meet } from './broker.ts';

/** An answer to who joins is short. */
const maxAnswerCharacters = 4 * 1024;
const answerTimeoutMs = 15_000;
/** What only the device's own page has: files that go over HTTP. */
const atHomeOnly: readonly string[] = ['history', 'files', 'snapshot', 'metrics'];

/** A device that is met at a broker, from a page of any origin. */
export async function awayDoor(away: Away): Promise<Door> {
  const id = await keyIdOf(away.device);
  const own = async () => {
    const [key] = await ownKeys(id);
    return key && speakerOf(key);
  };
  const asking = new SealedAsking((events) => openAway(away, id, own(), events));
  return {
    line: (events) => asking.line(events),
    identity: async () => ({
      device: { name: '', title: away.title, publicKey: away.device, id, sealKey: away.seal },
      succession: [],
      paired: true,
    }),
    join: (_identity, link, form) => joinAway(away, id, link, form),
    // What is not known yet is said by the device, once it is met.
    admission: async () =>
      (await ownKeys(id)).length > 0 ? { type: 'unreachable' } : { type: 'unauthorized', because: 'keyless' },
    admitted: ({ device, feeds, about }): Admission | undefined => {
      if (about === undefined) return undefined;
      const scopes = about.scopes.filter((scope) => !atHomeOnly.includes(scope));
      const { title, zone, person, inviteLink } = about;
      return {
        type: 'admitted',
        device: { device, title, feeds, secure: true, away: true, scopes, zone, person, inviteLink },
      };
    },
    whyLost: async () => ((await ownKeys(id)).length > 0 ? 'unreachable' : 'unauthorized'),
    post: (request, heard) => asking.post(request, heard),
  };
}

function openAway(away: Away, id: string, own: Promise<Speaker | undefined>, events: SealedLineEvents) {
  const device = { publicKey: away.device, sealKey: away.seal };
  const ends = own.then((speaker) => speaker && { device, own: speaker });
  return openSealedLine(ends, (session, heard) => meet(away, id, session, heard), events);
}

async function joinAway(
  away: Away,
  device: string,
  { invitation, secret }: JoinLink,
  { name, label }: { readonly name: string | undefined; readonly label: string },
): Promise<Joined> {
  const key = await newKey(device);
  if (typeof key === 'string') return { type: 'no-key', trouble: key };
  try {
    const parts = { device, key: key.publicKey, invitation, origin: sealedOrigin };
    const statement = joinStatement({ ...parts, secretHash: await sha256(secret) });
    const signature = await sign(key.privateKey, statement);
    const named = name === undefined ? {} : { name };
    const said = { type: 'join', invitation, secret, key: key.publicKey, label, ...named, signature };
    const answer = await asked(away, device, speakerOf(key), JSON.stringify(said));
    if (answer?.type === 'refused') return answer;
    if (answer === undefined) return { type: 'unreachable' };
    await keyJoined(device, key);
    return { type: 'joined', words: await keyWords([away.device, key.publicKey]) };
  } catch {
    return { type: 'unreachable' };
  }
}

/** Says one thing to the device; undefined where no answer comes. */
function asked(
  away: Away,
  device: string,
  own: Speaker,
  text: string,
): Promise<SealedJoinAnswer | undefined> {
  return new Promise((resolve) => {
    const settle = (answer: SealedJoinAnswer | undefined) => {
      clearTimeout(timer);
      line.close();
      resolve(answer);
    };
    const timer = setTimeout(() => settle(undefined), answerTimeoutMs);
    const line = openAway(away, device, Promise.resolve(own), {
      ready: () => line.send(text),
      message: (given) => settle(readJson(given, SealedJoinAnswer, maxAnswerCharacters)),
      lost: () => settle(undefined),
    });
  });
}
