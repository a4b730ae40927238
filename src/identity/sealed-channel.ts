/**
 * A conversation of a person's key and a device over a carrier that neither trusts: it can delay and drop, and end the
 * conversation by that; it cannot read, alter, reorder, repeat or take part.
 *
 * ```
 * viewer                                                        device
 *   hello    { key, nonce, signature }  sealed: eph × device    ▶   who it is; unsealed by the device's key alone
 * ◀ welcome  { eph, nonce, signature }  sealed: eph × device        proves the device's identity, answers the nonce
 *   record 1 { text, signature }        sealed: all three agreed ▶  answers the device's nonce: the viewer is there now
 * ```
 *
 * Each message is signed by its sender's Ed25519 key over both identities, the session, the other side's nonce, its
 * sequence number and its text; so what was said to one device, or in one session, says nothing in another. The keys
 * that seal records come from keys of this session alone: what is recorded today cannot be read with a key that is
 * stolen tomorrow.
 */
import { z } from 'zod';
import { base64url } from '../protocol/base64url.ts';
import { maxSealedChars, SealedEnvelope } from '../protocol/sealed.ts';
import { encodeBase64url } from './base64url.ts';
import { publicKeyOf, verify } from './keys.ts';
import { agree, deriveSealKey, generateSealKey, type SealKey } from './seal-keys.ts';
import { helloStatement, recordStatement, welcomeStatement } from './statements.ts';

/** Something arrived that the other side did not say, or not now. The conversation is over. */
export class ChannelBroken extends Error {
  override readonly name = 'ChannelBroken';
}

/** A device as others know it. */
export interface DeviceKeys {
  /** Ed25519, its identity. */
  readonly publicKey: string;
  /** X25519, what is said to it first is sealed to. */
  readonly sealKey: string;
}

/** An Ed25519 key to speak with. */
export interface Speaker {
  readonly publicKey: string;
  sign(statement: string): Promise<string>;
}

/** An X25519 key to be spoken to by. */
export interface SealHolder {
  readonly publicKey: string;
  /** The secret with another's public key. @throws Error where that is none */
  agree(publicKey: string): Promise<Uint8Array<ArrayBuffer>>;
}

const Hello = z.strictObject({ key: base64url(32), nonce: base64url(16), signature: base64url(64) });
const Welcome = z.strictObject({ eph: base64url(32), nonce: base64url(16), signature: base64url(64) });
const Said = z.strictObject({ text: z.string(), signature: base64url(64) });

interface Ends {
  readonly session: string;
  readonly device: string;
  readonly person: string;
}

type Role = 'viewer' | 'device';

/** What this side seals and signs with; `nonce` is what the other side must answer. */
interface OwnEnd {
  readonly role: Role;
  readonly speaker: Speaker;
  readonly nonce: string;
  readonly seal: SealKey;
}

interface OtherEnd {
  readonly role: Role;
  readonly publicKey: string;
  readonly nonce: string;
  readonly seal: SealKey;
}

/** Texts one way and the other, after both are known. Calls must not overlap in one direction. */
export class SealedChannel {
  readonly #ends: Ends;
  readonly #own: OwnEnd;
  readonly #other: OtherEnd;
  #sent = 0;
  #received = 0;
  #broken = false;

  constructor(ends: Ends, own: OwnEnd, other: OtherEnd) {
    this.#ends = ends;
    this.#own = own;
    this.#other = other;
  }

  /** An envelope that only the other side can open, and only as its next one. */
  async seal(text: string): Promise<string> {
    this.#sent += 1;
    const seq = this.#sent;
    const { role, speaker, seal } = this.#own;
    const said = recordStatement({ ...this.#ends, role, nonce: this.#other.nonce, seq, text });
    const signature = await speaker.sign(said);
    const box = await seal.seal(seq, JSON.stringify({ text, signature }), this.#bound(role));
    return envelope({ v: 1, type: 'record', session: this.#ends.session, seq, box });
  }

  /**
   * The text of the other side's next envelope; undefined for one that came before, which carriers may bring again (MQTT 5,
   * 4.3.2).
   * @throws ChannelBroken
   */
  async open(given: string): Promise<string | undefined> {
    if (this.#broken) throw new ChannelBroken('it was broken before');
    try {
      const record = read(given, 'record');
      const seq = this.#received + 1;
      if (record.session === this.#ends.session && record.seq < seq) return undefined;
      if (record.session !== this.#ends.session || record.seq !== seq)
        throw new ChannelBroken('an envelope of another session, or out of its turn');
      const { role, publicKey, seal } = this.#other;
      const { text, signature } = Said.parse(JSON.parse(await seal.open(seq, record.box, this.#bound(role))));
      const said = recordStatement({ ...this.#ends, role, nonce: this.#own.nonce, seq, text });
      if (!(await verify(publicKey, said, signature)))
        throw new ChannelBroken('a signature that does not hold');
      this.#received = seq;
      return text;
    } catch (error) {
      this.#broken = true;
      throw broken(error);
    }
  }

  #bound(role: Role): string {
    return JSON.stringify([role, this.#ends.session]);
  }
}

/** A viewer's side: the first envelope, and what makes a channel of the device's answer. */
export interface Greeting {
  readonly session: string;
  readonly hello: string;
  /** @throws ChannelBroken where it is not the answer of that device to this hello */
  welcomed(given: string): Promise<SealedChannel>;
}

/** Begins a conversation with a device whose keys are known since pairing. */
export async function greet(device: DeviceKeys, own: Speaker): Promise<Greeting> {
  const session = random();
  const nonce = random();
  const pair = await generateSealKey(false);
  const eph = await publicKeyOf(pair);
  const ends = { session, device: device.publicKey, person: own.publicKey };
  const first = await agree(pair.privateKey, device.sealKey);
  const signature = await own.sign(helloStatement({ ...ends, sealKey: device.sealKey, eph, nonce }));
  const sealed = await deriveSealKey([first], 'vedette hello 1', [session, device.publicKey, eph]);
  const box = await sealed.seal(1, JSON.stringify({ key: own.publicKey, nonce, signature }), session);
  return {
    session,
    hello: envelope({ v: 1, type: 'hello', session, eph, box }),
    async welcomed(given) {
      try {
        const welcome = read(given, 'welcome');
        if (welcome.session !== session) throw new ChannelBroken('a welcome to another session');
        const answers = await deriveSealKey([first], 'vedette welcome 1', [
          session,
          device.publicKey,
          eph,
          nonce,
        ]);
        const theirs = Welcome.parse(JSON.parse(await answers.open(1, welcome.box, session)));
        const said = welcomeStatement({ ...ends, eph: theirs.eph, nonce: theirs.nonce, answers: nonce });
        if (!(await verify(device.publicKey, said, theirs.signature)))
          throw new ChannelBroken('a welcome that the device did not sign');
        const secrets = [first, await agree(pair.privateKey, theirs.eph)];
        const keys = await sealKeys(secrets, ends, nonce, theirs.nonce);
        return new SealedChannel(
          ends,
          { role: 'viewer', speaker: own, nonce, seal: keys.viewer },
          { role: 'device', publicKey: device.publicKey, nonce: theirs.nonce, seal: keys.device },
        );
      } catch (error) {
        throw broken(error);
      }
    },
  };
}

/** Who greeted a device, and how to answer; nothing proves yet that the key's holder is there now: the first record does. */
export interface Greeted {
  readonly session: string;
  /** The viewer's Ed25519 key. */
  readonly key: string;
  welcome(): Promise<{ readonly welcome: string; readonly channel: SealedChannel }>;
}

/** Reads a viewer's hello. @throws ChannelBroken where it was not said to this device */
export async function greeted(given: string, own: Speaker, seal: SealHolder): Promise<Greeted> {
  try {
    const { session, eph, box } = read(given, 'hello');
    const first = await seal.agree(eph);
    const sealed = await deriveSealKey([first], 'vedette hello 1', [session, own.publicKey, eph]);
    const { key, nonce: theirs, signature } = Hello.parse(JSON.parse(await sealed.open(1, box, session)));
    const ends = { session, device: own.publicKey, person: key };
    const said = helloStatement({ ...ends, sealKey: seal.publicKey, eph, nonce: theirs });
    if (!(await verify(key, said, signature))) throw new ChannelBroken('a hello that its key did not sign');
    return {
      session,
      key,
      async welcome() {
        const nonce = random();
        const pair = await generateSealKey(false);
        const ownEph = await publicKeyOf(pair);
        const answer = welcomeStatement({ ...ends, eph: ownEph, nonce, answers: theirs });
        const answers = await deriveSealKey([first], 'vedette welcome 1', [
          session,
          own.publicKey,
          eph,
          theirs,
        ]);
        const content = { eph: ownEph, nonce, signature: await own.sign(answer) };
        const keys = await sealKeys([first, await agree(pair.privateKey, eph)], ends, theirs, nonce);
        return {
          welcome: envelope({
            ...{ v: 1, type: 'welcome', session },
            box: await answers.seal(1, JSON.stringify(content), session),
          }),
          channel: new SealedChannel(
            ends,
            { role: 'device', speaker: own, nonce, seal: keys.device },
            { role: 'viewer', publicKey: key, nonce: theirs, seal: keys.viewer },
          ),
        };
      },
    };
  } catch (error) {
    throw broken(error);
  }
}

async function sealKeys(
  secrets: readonly Uint8Array<ArrayBuffer>[],
  { session, device, person }: Ends,
  viewerNonce: string,
  deviceNonce: string,
): Promise<Record<Role, SealKey>> {
  const bound = [session, device, person, viewerNonce, deviceNonce];
  const [viewer, fromDevice] = await Promise.all([
    deriveSealKey(secrets, 'vedette viewer records 1', bound),
    deriveSealKey(secrets, 'vedette device records 1', bound),
  ]);
  return { viewer, device: fromDevice };
}

const random = (): string => encodeBase64url(crypto.getRandomValues(new Uint8Array(16)));
const envelope = (content: SealedEnvelope): string => JSON.stringify(content);

function read<Type extends SealedEnvelope['type']>(
  given: string,
  type: Type,
): Extract<SealedEnvelope, { type: Type }> {
  if (given.length > maxSealedChars) throw new ChannelBroken('too long');
  const parsed = SealedEnvelope.parse(JSON.parse(given));
  if (parsed.type !== type) throw new ChannelBroken(`no ${type}`);
  return parsed as Extract<SealedEnvelope, { type: Type }>;
}

/** Whatever went wrong inside, the carrier's doing or not, is one thing outside. */
function broken(error: unknown): ChannelBroken {
  return error instanceof ChannelBroken ? error : new ChannelBroken('not what the other side sealed');
}
