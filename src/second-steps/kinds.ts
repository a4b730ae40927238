import type { SecondStepKind } from '../protocol/second-step.ts';
import type { SecondStep } from './kind.ts';
import { passkeyStep } from './passkey.ts';
import { personStep } from './person.ts';

/** Every second step that a lock may ask for. */
export const secondSteps: { readonly [Kind in SecondStepKind]: SecondStep<Kind> } = {
  person: personStep,
  passkey: passkeyStep,
};
