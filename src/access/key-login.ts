import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import { keyIdOf, verify } from '../identity/keys.ts';
import { loginStatement, presenceStatement } from '../identity/statements.ts';
import type { Access } from './access.ts';
import { Attempts } from './attempts.ts';
import { LoginChallenges } from './login-challenges.ts';

/** What a browser sends to be known by its key. */
export interface KeyProof {
  /** Raw public key. */
  readonly key: string;
  readonly challenge: string;
  /** Of the key, over `loginStatement` or `presenceStatement`. */
  readonly signature: string;
  /** Of the page. */
  readonly origin: string;
}

export interface KeyLoginParts {
  readonly identity: { readonly id: string };
  readonly access: Pick<Access, 'peerOf'>;
  readonly clock: Clock;
}

/** Signing in by key: a challenge, and what was signed of it. */
export class KeyLogin {
  readonly #parts: KeyLoginParts;
  readonly #challenges = new LoginChallenges();
  readonly #attempts = new Attempts();

  constructor(parts: KeyLoginParts) {
    this.#parts = parts;
  }

  challenge(): string {
    return this.#challenges.make(this.#parts.clock.now());
  }

  /**
   * The id of the key that was proved. A right signature always passes; wrong ones are slowed, for that key alone.
   * @throws VedetteError `access/challenge`, `access/unknown-key`, `access/wrong-signature`, `access/too-many-tries`
   */
  async proven(proof: KeyProof): Promise<string> {
    const { identity, access } = this.#parts;
    const { key, challenge, origin } = proof;
    this.#requireFresh(challenge);
    const id = await keyIdOf(key).catch(() => undefined);
    if (id === undefined || access.peerOf(id, 'remote').kind !== 'person')
      throw new VedetteError('access/unknown-key');
    return this.#signed(id, proof, loginStatement({ device: identity.id, key, challenge, origin }));
  }

  /**
   * The id of a key that asks to be let in by the device's button.
   * @throws VedetteError `access/challenge`, `access/wrong-signature`, `access/too-many-tries`
   */
  async present(proof: KeyProof): Promise<string> {
    const { key, challenge, origin } = proof;
    this.#requireFresh(challenge);
    const id = await keyIdOf(key).catch(() => undefined);
    if (id === undefined) throw new VedetteError('access/wrong-signature');
    const device = this.#parts.identity.id;
    return this.#signed(id, proof, presenceStatement({ device, key, challenge, origin }));
  }

  async #signed(id: string, { key, challenge, signature }: KeyProof, statement: string): Promise<string> {
    const { clock } = this.#parts;
    if (!(await verify(key, statement, signature))) {
      const waitMs = this.#attempts.failed(id, clock.now());
      throw waitMs > 0
        ? new VedetteError('access/too-many-tries', { retryAfterSeconds: Math.ceil(waitMs / 1000) })
        : new VedetteError('access/wrong-signature');
    }
    // Asked again: of two that arrive at once with one challenge, one is let in.
    this.#requireFresh(challenge);
    this.#challenges.use(challenge, clock.now());
    return id;
  }

  /** @throws VedetteError `access/challenge` */
  #requireFresh(challenge: string): void {
    if (!this.#challenges.isFresh(challenge, this.#parts.clock.now()))
      throw new VedetteError('access/challenge');
  }
}
