/** What the thread is started with. */
export interface TrustThreadData {
  readonly path: string;
  /** The one that the device began with. */
  readonly firstKey: string;
  /** The device never had such a file. */
  readonly mayCreate: boolean;
}
