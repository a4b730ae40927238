import { byTests } from '../by-tests.ts';
import type { Check } from '../check.ts';

const orders = 100_000;

export const check: Check = {
  title: `${orders.toLocaleString('en')} random orders of all that happens to sessions: nothing leaves and nobody is played before the policy says so, and nothing is left`,
  async run() {
    process.env.VEDETTE_ORDERS = String(orders);
    return [
      { what: 'random orders', value: orders, unit: '', must: { atLeast: orders } },
      ...(await byTests('test/session/orders.test.ts', 'test/session/states.test.ts')),
    ];
  },
};
