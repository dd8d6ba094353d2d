/** Where a picture stands while one looks at it: zoomed about a point, moved no further than its edges. Pure. */

export interface View {
  readonly scale: number;
  /** How far its middle is from the middle of the stage, in pixels. */
  readonly x: number;
  readonly y: number;
}

/** Stage, and picture as it fits into it, in pixels. */
export interface Sizes {
  readonly stage: { readonly width: number; readonly height: number };
  readonly picture: { readonly width: number; readonly height: number };
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 };
export const MOST_SCALE = 8;
export const CLOSE_SCALE = 2.5;
const SWIPE = 60;
const FLICK = 0.4;

const within = (value: number, room: number): number => Math.max(-room, Math.min(room, value));

/** The view with the picture's edges never inside of the stage. */
export function held(view: View, { stage, picture }: Sizes): View {
  const scale = Math.max(1, Math.min(MOST_SCALE, view.scale));
  const room = (size: number, most: number): number => Math.max(0, (size * scale - most) / 2);
  return {
    scale,
    x: within(view.x, room(picture.width, stage.width)),
    y: within(view.y, room(picture.height, stage.height)),
  };
}

/** Zoomed so that what is at a point, measured from the middle of the stage, stays there. */
export function zoomed(view: View, scale: number, at: { readonly x: number; readonly y: number }, sizes: Sizes): View {
  const next = Math.max(1, Math.min(MOST_SCALE, scale));
  const by = next / view.scale;
  return held({ scale: next, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by }, sizes);
}

export const moved = (view: View, dx: number, dy: number, sizes: Sizes): View =>
  held({ ...view, x: view.x + dx, y: view.y + dy }, sizes);

/** What a finger meant that moved by this much within so many milliseconds. `left`: it went to the left. */
export function swipeOf(dx: number, dy: number, ms: number): "left" | "right" | "close" | null {
  const [wide, high] = [Math.abs(dx), Math.abs(dy)];
  const far = Math.max(wide, high);
  if (far < SWIPE && (far < SWIPE / 3 || far / Math.max(1, ms) < FLICK)) return null;
  if (wide >= high) return dx < 0 ? "left" : "right";
  return dy > 0 && high > 1.5 * wide ? "close" : null;
}
