import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newIdentity, writeTrail } from '../../../bench/trail.ts';
import { verifyTrail } from '../../../src/access/trust/verify-trail.ts';
import { names, tamper, wayNames } from '../../access/trust/tamper.ts';
import { type Check, remark } from '../check.ts';

const entries = 10_000;
const tries = 1_000;
const remarkEvery = 100;

export const check: Check = {
  title: `one of ${entries} entries of the trail deleted, changed or moved, ${tries} ways: found, and named`,
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'vedette-audit-'));
    const whole = join(folder, 'whole.sqlite');
    const copy = join(folder, 'copy.sqlite');
    try {
      const identity = await newIdentity();
      await writeTrail(whole, entries, identity);
      const untouched = await verifyTrail(whole, identity);
      let missed = 0;
      let misnamed = 0;
      for (let index = 0; index < tries; index += 1) {
        if (index % remarkEvery === 0) remark(`${index} of ${tries}`);
        const way = wayNames[index % wayNames.length] ?? 'delete';
        // The last has no other after it to be moved with.
        const seq = 1 + Math.floor(Math.random() * (entries - 1));
        await copyFile(whole, copy);
        tamper(copy, way, seq, identity.publicKey);
        const { bad } = await verifyTrail(copy, identity);
        if (!bad) missed += 1;
        else if (!names(bad, way, seq)) misnamed += 1;
        if (!bad || !names(bad, way, seq)) remark(`entry ${seq}: ${way}: ${JSON.stringify(bad)}`);
      }
      return [
        {
          what: 'entries of the untouched trail that hold',
          value: untouched.entries,
          unit: '',
          must: { atLeast: entries },
        },
        {
          what: 'bad entries in the untouched trail',
          value: untouched.bad ? 1 : 0,
          unit: '',
          must: { atMost: 0 },
        },
        { what: 'ways tried', value: tries, unit: '', must: { atLeast: tries } },
        { what: 'not found', value: missed, unit: '', must: { atMost: 0 } },
        { what: 'another entry named', value: misnamed, unit: '', must: { atMost: 0 } },
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
