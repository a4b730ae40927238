/** What the store's thread tells by itself: the file was damaged, lies there now, and a new one was begun. */
export interface MovedAside {
  readonly movedAside: string;
  readonly detail: string;
}
