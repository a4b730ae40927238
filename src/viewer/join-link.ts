/** An invitation's link: `https://device/#join=<invitation>.<secret>`. What stands after `#` is sent to no server. */
export interface JoinLink {
  readonly invitation: string;
  readonly secret: string;
}

/** Two times 16 bytes in base64url. */
const pattern = /^#join=([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/;

/** Total: undefined for what is no invitation. */
export function readJoinLink(hash: string): JoinLink | undefined {
  const [, invitation, secret] = pattern.exec(hash) ?? [];
  return invitation === undefined || secret === undefined ? undefined : { invitation, secret };
}

export const writeJoinLink = (origin: string, { invitation, secret }: JoinLink): string =>
  `${new URL(origin).origin}/#join=${invitation}.${secret}`;

/**
 * The invitation in the address, taken out of it at once: it belongs into no history, bookmark or picture of a screen.
 * `broken`: there is one, and a part of it was lost on its way.
 */
export function takeJoinLink(): JoinLink | 'broken' | undefined {
  const { hash } = location;
  if (!hash.startsWith('#join')) return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return readJoinLink(hash) ?? 'broken';
}
