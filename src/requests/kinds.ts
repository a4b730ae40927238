import type { Request } from '../protocol/request.ts';
import { activityRequest } from './activity.ts';
import { challengeRequest } from './challenge.ts';
import { confirmRequest } from './confirm.ts';
import { grantRequest } from './grant.ts';
import { inviteRequest } from './invite.ts';
import type { RequestKind } from './kind.ts';
import { lockRequest } from './lock.ts';
import { passkeyAddRequest } from './passkey-add.ts';
import { passkeyBeginRequest } from './passkey-begin.ts';
import { peopleRequest } from './people.ts';
import { proveRequest } from './prove.ts';
import { renameRequest } from './rename.ts';
import { revokeRequest } from './revoke.ts';
import { unlockRequest } from './unlock.ts';

/** What can be asked. */
export const requestKinds: { readonly [Type in Request['type']]: RequestKind<Type> } = {
  challenge: challengeRequest,
  unlock: unlockRequest,
  confirm: confirmRequest,
  prove: proveRequest,
  'passkey-begin': passkeyBeginRequest,
  'passkey-add': passkeyAddRequest,
  lock: lockRequest,
  people: peopleRequest,
  invite: inviteRequest,
  grant: grantRequest,
  revoke: revokeRequest,
  rename: renameRequest,
  activity: activityRequest,
};
