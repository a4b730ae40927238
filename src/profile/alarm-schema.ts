import { z } from 'zod';
import { actionKinds } from '../actions/kinds.ts';
import { SensorName } from '../protocol/reading.ts';
import { RuleName, RuleOptions } from '../rules/rule.ts';
import { sensorKinds } from '../sensors/kinds.ts';
import { SensorSettings } from '../sensors/settings.ts';
import { entrySchema } from './entry.ts';

/** As long as a rule may name one. */
const ActionName = z
  .string()
  .max(64)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/, 'letters, digits, hyphens and underscores');

export const ActionEntry = entrySchema(actionKinds, {});

/** What a device notices, and what it does then: keys of a profile. */
export const alarmShape = {
  sensors: z
    .record(SensorName, entrySchema(sensorKinds, SensorSettings.shape))
    .default({})
    .describe('What it measures, each by the name that rules call it'),
  actions: z
    .record(ActionName, ActionEntry)
    .default({})
    .describe('What it can do, each by the name that rules call it'),
  rules: z.record(RuleName, RuleOptions).default({}).describe('When it does what'),
};
