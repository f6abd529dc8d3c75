// Flow layout of the chips below a text: in lines, with room for the time at the end of the last one. Pure.

export interface Flow {
  /** From the upper left corner of the first chip. */
  readonly places: readonly { readonly left: number; readonly top: number }[];
  readonly width: number;
  readonly height: number;
}

export interface FlowOptions {
  readonly widths: readonly number[];
  readonly lineHeight: number;
  readonly gap: number;
  readonly maxWidth: number;
  /** Size of the text at the end of the last line, or below it where there is no room. */
  readonly endWidth: number;
}

export function flowOf({ widths, lineHeight, gap, maxWidth, endWidth }: FlowOptions): Flow {
  const places = [];
  let left = 0;
  let top = 0;
  let width = 0;
  for (const one of widths) {
    if (left > 0 && left + one > maxWidth) {
      left = 0;
      top += lineHeight + gap;
    }
    places.push({ left, top });
    width = Math.max(width, left + one);
    left += one + gap;
  }
  const hasRoom = left + endWidth <= maxWidth;
  width = Math.max(width, hasRoom ? left + endWidth : Math.min(endWidth, maxWidth));
  return { places, width: Math.min(width, maxWidth), height: top + lineHeight + (hasRoom ? 0 : lineHeight) };
}
