/** What a session or request may do. */
export type Scope = 'view' | 'listen' | 'talk' | 'snapshot' | 'metrics';

/** Scopes of whoever holds the printed secret: the owner, until people are paired. */
export const ownerScopes: readonly Scope[] = ['view', 'listen', 'talk', 'snapshot', 'metrics'];
