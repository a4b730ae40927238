import type { Away } from '../../identity/away.ts';
import { sha256, sign } from '../../identity/keys.ts';
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
import { Whereabouts } from './whereabouts.ts';

type JoinForm = Parameters<Door['join']>[2];

/** An answer to who joins is short. */
const maxAnswerCharacters = 4 * 1024;
const answerTimeoutMs = 15_000;
/** What only the device's own page has: files that go over HTTP. */
const atHomeOnly: readonly string[] = ['history', 'files', 'snapshot', 'metrics'];

/** A device that is met at a broker, from a page of any origin. */
export async function awayDoor(link: Away): Promise<Door> {
  const where = await Whereabouts.of(link);
  const keys = () => ownKeys(where.id);
  const own = async () => {
    const [key] = await keys();
    return key && speakerOf(key);
  };
  const asking = new SealedAsking((events) => openAway(where, own(), events));
  return {
    line: (events) => asking.line(events),
    async identity() {
      const { title, device: publicKey, seal: sealKey } = where.away;
      const device = { name: '', title, publicKey, id: where.id, sealKey };
      return { device, succession: [], paired: true };
    },
    join: (_identity, invitation, form) => joinAway(where, invitation, form),
    // What is not known yet is said by the device, once it is met.
    admission: async () =>
      (await keys()).length > 0 ? { type: 'unreachable' } : { type: 'unauthorized', because: 'keyless' },
    admitted: ({ device, feeds, about }): Admission | undefined => {
      if (about === undefined) return undefined;
      const scopes = about.scopes.filter((scope) => !atHomeOnly.includes(scope));
      const { title, zone, person, inviteLink } = about;
      return {
        type: 'admitted',
        device: {
          ...{ device, title, feeds, secure: true, away: true, scopes, zone, person, inviteLink },
          gives: about.scopes,
        },
      };
    },
    whyLost: async () => ((await keys()).length > 0 ? 'unreachable' : 'unauthorized'),
    post: (request, heard) => asking.post(request, heard),
  };
}

function openAway(where: Whereabouts, own: Promise<Speaker | undefined>, events: SealedLineEvents) {
  const { away, id } = where;
  const device = { publicKey: away.device, sealKey: away.seal };
  const ends = own.then((speaker) => speaker && { device, own: speaker });
  return openSealedLine(
    ends,
    (session, heard) =>
      meet(away, id, session, {
        ...heard,
        presence(text) {
          void where.follow(text).then(() => {
            if (where.id !== id) heard.lost(); // the next line leads there
          });
        },
      }),
    events,
  );
}

async function joinAway(where: Whereabouts, link: JoinLink, form: JoinForm): Promise<Joined> {
  const { id } = where;
  const joined = await joinThere(where, link, form);
  // Who asks was invited before the device's key was changed, and has just been told where it went.
  return joined.type === 'unreachable' && where.id !== id ? joinThere(where, link, form) : joined;
}

async function joinThere(
  where: Whereabouts,
  { invitation, secret }: JoinLink,
  { name, label }: JoinForm,
): Promise<Joined> {
  const { away, id: device } = where;
  const key = await newKey(device);
  if (typeof key === 'string') return { type: 'no-key', trouble: key };
  try {
    const parts = { device, key: key.publicKey, invitation, origin: sealedOrigin };
    const statement = joinStatement({ ...parts, secretHash: await sha256(secret) });
    const signature = await sign(key.privateKey, statement);
    const named = name === undefined ? {} : { name };
    const said = { type: 'join', invitation, secret, key: key.publicKey, label, ...named, signature };
    const answer = await asked(where, speakerOf(key), JSON.stringify(said));
    if (answer?.type === 'refused') return answer;
    if (answer === undefined) return { type: 'unreachable' };
    await keyJoined(device, key);
    return { type: 'joined', words: await keyWords([away.device, key.publicKey]) };
  } catch {
    return { type: 'unreachable' };
  }
}

/** Says one thing to the device; undefined where no answer comes. */
function asked(where: Whereabouts, own: Speaker, text: string): Promise<SealedJoinAnswer | undefined> {
  return new Promise((resolve) => {
    const settle = (answer: SealedJoinAnswer | undefined) => {
      clearTimeout(timer);
      line.close();
      resolve(answer);
    };
    const timer = setTimeout(() => settle(undefined), answerTimeoutMs);
    const line = openAway(where, Promise.resolve(own), {
      ready: () => line.send(text),
      message: (given) => settle(readJson(given, SealedJoinAnswer, maxAnswerCharacters)),
      lost: () => settle(undefined),
    });
  });
}
