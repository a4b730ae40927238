/** What a hand on a chart does: drag to move, wheel or pinch to zoom, and the same by keyboard. */

export interface GestureTarget {
  /** By a part of the window: 1 is its whole length. Positive is later. */
  move(share: number): void;
  /** `at` is where on the chart, 0 to 1. */
  zoom(factor: number, at: number): void;
}

/** One notch of a wheel, one key. */
const zoomStep = 1.25;
const keyMove = 0.2;

/** Listens for fingers and wheel on `element` until `signal` ends it. Scrolling the page up and down stays the browser's (`touch-action`). */
export function listenToHand(element: HTMLElement, target: GestureTarget, signal: AbortSignal): void {
  const fingers = new Map<number, number>();
  const width = (): number => Math.max(1, element.clientWidth);
  const share = (clientX: number): number => (clientX - element.getBoundingClientRect().left) / width();
  const spread = (): { at: number; distance: number } => {
    const [a = 0, b = 0] = fingers.values();
    return { at: share((a + b) / 2), distance: Math.max(20, Math.abs(a - b)) };
  };

  element.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return;
      fingers.set(event.pointerId, event.clientX);
      element.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      const before = fingers.get(event.pointerId);
      if (before === undefined) return;
      const old = spread();
      fingers.set(event.pointerId, event.clientX);
      if (fingers.size === 1) target.move((before - event.clientX) / width());
      if (fingers.size === 2) target.zoom(old.distance / spread().distance, spread().at);
    },
    { signal },
  );
  for (const type of ['pointerup', 'pointercancel'] as const) {
    element.addEventListener(type, ({ pointerId }) => void fingers.delete(pointerId), { signal });
  }
  element.addEventListener(
    'wheel',
    (event) => {
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        target.move((event.deltaX || event.deltaY) / width());
      } else {
        target.zoom(event.deltaY > 0 ? zoomStep : 1 / zoomStep, share(event.clientX));
      }
      event.preventDefault();
    },
    { signal, passive: false },
  );
}

/** Listens for keys on what has the focus. */
export function listenToKeys(element: HTMLElement, target: GestureTarget, signal: AbortSignal): void {
  element.addEventListener(
    'keydown',
    (event) => {
      const act = keys[event.key];
      if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      act(target);
      event.preventDefault();
    },
    { signal },
  );
}

const keys: Readonly<Record<string, (target: GestureTarget) => void>> = {
  ArrowLeft: (target) => target.move(-keyMove),
  ArrowRight: (target) => target.move(keyMove),
  '+': (target) => target.zoom(1 / zoomStep, 0.5),
  '=': (target) => target.zoom(1 / zoomStep, 0.5),
  '-': (target) => target.zoom(zoomStep, 0.5),
};
