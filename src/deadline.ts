/** Waits for `work`, but no longer than `deadlineMs`; it goes on, and whoever began it is rid of it. */
export async function settledWithin(work: Promise<unknown>, deadlineMs: number): Promise<void> {
  const deadline = Promise.withResolvers<void>();
  const timer = setTimeout(deadline.resolve, deadlineMs);
  await Promise.race([work, deadline.promise]);
  clearTimeout(timer);
}
