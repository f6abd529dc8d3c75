// The icons, drawn by us as SVG paths on a 24 by 24 field, in any colour and sharp at any size.
import { QIcon, QPixmap } from "@nodegui/nodegui";

const STROKE = 'fill="none" stroke="COLOR" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"';

const SHAPES = {
  send: '<path d="M3.2 20.4 21.6 12 3.2 3.6l2.2 6.9 8.3 1.5-8.3 1.5z" fill="COLOR"/>',
  search: `<circle cx="10.5" cy="10.5" r="6" ${STROKE}/><path d="m15 15 5 5" ${STROKE}/>`,
  menu: `<path d="M4 7h16M4 12h16M4 17h16" ${STROKE}/>`,
  more: '<circle cx="12" cy="5.5" r="1.7" fill="COLOR"/><circle cx="12" cy="12" r="1.7" fill="COLOR"/><circle cx="12" cy="18.5" r="1.7" fill="COLOR"/>',
  smile: `<circle cx="12" cy="12" r="8.6" ${STROKE}/><path d="M8.2 14.2c1.8 2.6 5.8 2.6 7.6 0" ${STROKE}/><circle cx="9.2" cy="9.8" r="1.2" fill="COLOR"/><circle cx="14.8" cy="9.8" r="1.2" fill="COLOR"/>`,
  addContact: `<circle cx="10" cy="8.2" r="3.8" ${STROKE}/><path d="M3.2 19.6c.6-4 3.2-5.8 6.8-5.8 1.5 0 2.8.3 3.9.9M18 14.5v6M15 17.5h6" ${STROKE}/>`,
  settings: `<path d="M4 7h9M17.5 7H20M4 17h2.5M11 17h9" ${STROKE}/><circle cx="15.2" cy="7" r="2.3" ${STROKE}/><circle cx="8.8" cy="17" r="2.3" ${STROKE}/>`,
  close: `<path d="m6 6 12 12M18 6 6 18" ${STROKE}/>`,
  up: `<path d="m5.5 15 6.5-6.5 6.5 6.5" ${STROKE}/>`,
  down: `<path d="m5.5 9 6.5 6.5L18.5 9" ${STROKE}/>`,
  back: `<path d="M19 12H5.5M11.5 5.5 5 12l6.5 6.5" ${STROKE}/>`,
  people:
    '<circle cx="8.5" cy="8.5" r="3.3" fill="COLOR"/><path d="M2.5 18.5c.3-3.7 2.8-5.3 6-5.3s5.7 1.6 6 5.300z" fill="COLOR"/><circle cx="16.5" cy="9.3" r="2.6" fill="COLOR"/><path d="M16.3 18.500h5.200c-.3-3-2.2-4.7-5-4.7-.8 0-1.5.1-2.2.4 1.2 1 1.9 2.5 2 4.300z" fill="COLOR"/>',
  person: `<circle cx="12" cy="8" r="3.9" ${STROKE}/><path d="M4.5 20c.6-4.3 3.6-6.2 7.5-6.200s6.9 1.9 7.5 6.2" ${STROKE}/>`,
  eye: `<path d="M2.500 12c2.200-4 5.500-6 9.500-6s7.300 2 9.500 6c-2.200 4-5.500 6-9.500 6s-7.300-2-9.500-6z" ${STROKE}/><circle cx="12" cy="12" r="2.900" ${STROKE}/>`,
  camera: `<path d="M4 8.200c0-.7.5-1.2 1.2-1.200H8l1.5-2.200h5L16 7h2.800c.7 0 1.2.5 1.2 1.200v9.600c0 .7-.5 1.2-1.2 1.200H5.200c-.7 0-1.2-.5-1.2-1.200z" ${STROKE}/><circle cx="12" cy="12.7" r="3.4" ${STROKE}/>`,
  logout: `<path d="M13.5 4.500H6.200c-.7 0-1.2.5-1.2 1.200v12.600c0 .7.5 1.2 1.2 1.200h7.300M10 12h10.500M17 8.500l3.5 3.5-3.5 3.5" ${STROKE}/>`,
  clock: `<circle cx="12" cy="12" r="8" ${STROKE}/><path d="M12 7.500V12l3 2" ${STROKE}/>`,
  tick: `<path d="m5 12.8 4.6 4.600L19.5 7" ${STROKE}/>`,
  ticks: `<path d="m1.5 12.8 4.6 4.600L16 7" ${STROKE}/><path d="m11.3 16.2 1.2 1.200L22.5 7" ${STROKE}/>`,
  failed: `<circle cx="12" cy="12" r="9" fill="COLOR"/><path d="M12 7v6" fill="none" stroke="#ffffff" stroke-width="2.2" stroke-linecap="round"/><circle cx="12" cy="16.7" r="1.3" fill="#ffffff"/>`,
  muted: `<path d="M6.500 16.500V11a5.500 5.500 0 0 1 9.300-4M17.500 10.800V16.500M4.800 16.500h12.700M10.300 19.500a1.900 1.900 0 0 0 3.400 0M4 4l16 16" ${STROKE}/>`,
  group: `<circle cx="9" cy="8.700" r="3.300" ${STROKE}/><path d="M3 18.700c.4-3.400 2.700-4.900 6-4.900s5.600 1.500 6 4.900M15.500 5.700a3.100 3.100 0 0 1 0 6M17.300 14.200c2.100.5 3.400 2 3.700 4.500" ${STROKE}/>`,
  message: `<path d="M5.500 4.500h13A1.800 1.800 0 0 1 20.300 6.300v8.900a1.800 1.800 0 0 1-1.800 1.800H11l-4.500 3.300V17h-1a1.800 1.800 0 0 1-1.800-1.800V6.300A1.800 1.800 0 0 1 5.500 4.500z" ${STROKE}/>`,
  at: `<circle cx="12" cy="12" r="3.600" ${STROKE}/><path d="M15.600 8.500v4.700c0 1.500.9 2.400 2.200 2.400 1.600 0 2.600-1.400 2.600-3.600a8.400 8.400 0 1 0-3.300 6.700" ${STROKE}/>`,
  plus: `<path d="M12 5v14M5 12h14" ${STROKE}/>`,
  app: '<path d="M4.5 3h15A2.5 2.5 0 0 1 22 5.500v10a2.5 2.5 0 0 1-2.5 2.500H12l-5.5 4v-4h-2A2.5 2.5 0 0 1 2 15.500v-10A2.5 2.5 0 0 1 4.5 3z" fill="COLOR"/><circle cx="7.5" cy="10.5" r="1.5" fill="#ffffff"/><circle cx="12" cy="10.5" r="1.5" fill="#ffffff"/><circle cx="16.5" cy="10.5" r="1.5" fill="#ffffff"/>',
} as const;

export type IconName = keyof typeof SHAPES;

const pixmaps = new Map<string, QPixmap>();

/** The icon's picture; kept, so that the same one is drawn once. */
export function iconPixmap(name: IconName, color: string, sizePx: number, pixelRatio: number): QPixmap {
  const key = `${name} ${color} ${sizePx} ${pixelRatio}`;
  const known = pixmaps.get(key);
  if (known) return known;
  const side = Math.round(sizePx * pixelRatio);
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 24 24">`;
  const pixmap = new QPixmap();
  pixmap.loadFromData(Buffer.from(`${open}${SHAPES[name].replaceAll("COLOR", color)}</svg>`), "SVG");
  pixmap.setDevicePixelRatio(pixelRatio);
  pixmaps.set(key, pixmap);
  return pixmap;
}

export function icon(name: IconName, color: string, pixelRatio: number, sizePx = 24): QIcon {
  return new QIcon(iconPixmap(name, color, sizePx, pixelRatio));
}
