// The named colours of the two themes; nothing else in the client names a colour.

export interface Colors {
  readonly isDark: boolean;
  readonly window: string;
  readonly panel: string;
  readonly line: string;
  readonly text: string;
  readonly faint: string;
  readonly accent: string;
  readonly accentHover: string;
  readonly onAccent: string;
  readonly field: string;
  readonly fieldBorder: string;
  readonly hover: string;
  readonly selected: string;
  readonly onSelected: string;
  readonly onSelectedFaint: string;
  readonly chat: string;
  readonly bubbleIn: string;
  readonly bubbleOut: string;
  readonly bubbleText: string;
  readonly bubbleInFaint: string;
  readonly bubbleOutFaint: string;
  readonly tick: string;
  readonly link: string;
  readonly notice: string;
  readonly onNotice: string;
  readonly code: string;
  readonly codeBackground: string;
  readonly mark: string;
  readonly badge: string;
  readonly badgeMuted: string;
  readonly online: string;
  readonly danger: string;
  readonly warning: string;
  readonly onWarning: string;
  readonly scroll: string;
  readonly selection: string;
  /** Behind the message that the keyboard is on, and behind those that are selected. */
  readonly strip: string;
  readonly stripSelected: string;
  readonly quoteIn: string;
  readonly quoteOut: string;
  readonly chip: string;
  /** Behind messages that name the user. */
  readonly stripMention: string;
  /** The user's name in a text. */
  readonly mention: string;
  readonly onMention: string;
}

export const LIGHT: Colors = {
  isDark: false,
  window: "#ffffff",
  panel: "#ffffff",
  line: "#e4e8ec",
  text: "#101418",
  faint: "#7c8894",
  accent: "#2f84d6",
  accentHover: "#2776c4",
  onAccent: "#ffffff",
  field: "#f1f4f7",
  fieldBorder: "#dfe5ea",
  hover: "#f1f4f7",
  selected: "#3f8fdc",
  onSelected: "#ffffff",
  onSelectedFaint: "#d7e9fb",
  chat: "#d9e5ec",
  bubbleIn: "#ffffff",
  bubbleOut: "#e2f7cb",
  bubbleText: "#0d1116",
  bubbleInFaint: "#93a1ad",
  bubbleOutFaint: "#5da34d",
  tick: "#43a047",
  link: "#1a73c9",
  notice: "#9fb6c4",
  onNotice: "#ffffff",
  code: "#b0306a",
  codeBackground: "#eef1f4",
  mark: "#ffe27a",
  badge: "#3f8fdc",
  badgeMuted: "#b4bfc9",
  online: "#35b04a",
  danger: "#d43b3b",
  warning: "#fff3d0",
  onWarning: "#6b5200",
  scroll: "#b7c4ce",
  selection: "#a9d0f5",
  strip: "#c9d9e3",
  stripSelected: "#aacbe6",
  quoteIn: "#eef4f9",
  quoteOut: "#d3efb5",
  chip: "#d8e8f6",
  stripMention: "#efe7c4",
  mention: "#ffe9a8",
  onMention: "#7a4d00",
};

export const DARK: Colors = {
  isDark: true,
  window: "#17212b",
  panel: "#17212b",
  line: "#0e151c",
  text: "#f2f5f8",
  faint: "#7e91a5",
  accent: "#5aa7ec",
  accentHover: "#74b7f2",
  onAccent: "#0c1620",
  field: "#222f3d",
  fieldBorder: "#2d3d4e",
  hover: "#1f2b38",
  selected: "#2b5278",
  onSelected: "#ffffff",
  onSelectedFaint: "#a9c6e2",
  chat: "#0e1621",
  bubbleIn: "#1c2a38",
  bubbleOut: "#2b5278",
  bubbleText: "#f5f7fa",
  bubbleInFaint: "#6f8499",
  bubbleOutFaint: "#8db4da",
  tick: "#8fc4f5",
  link: "#6ab3f3",
  notice: "#1e2c3a",
  onNotice: "#b9cadb",
  code: "#f0a5c6",
  codeBackground: "#10191f",
  mark: "#7a6a1c",
  badge: "#4a9be8",
  badgeMuted: "#3e546a",
  online: "#4fc964",
  danger: "#f07178",
  warning: "#3a3215",
  onWarning: "#f0d98a",
  scroll: "#3d5063",
  selection: "#3f74a8",
  strip: "#16222f",
  stripSelected: "#1c3a57",
  quoteIn: "#15202b",
  quoteOut: "#234668",
  chip: "#41617f",
  stripMention: "#2b2a1a",
  mention: "#5a4a17",
  onMention: "#ffd978",
};

/** Of names and initials; one per user, the same on every machine. */
const AUTHORS_LIGHT = ["#c03d33", "#4fad2d", "#c07a00", "#168acd", "#8544d6", "#cd4073", "#2996ad", "#ce671b"] as const;
const AUTHORS_DARK = ["#fc5c51", "#8bd672", "#e5ca77", "#65bdf3", "#b48bf2", "#ff7fb0", "#5fd3e3", "#f5a661"] as const;
const AVATARS = ["#e17076", "#7bc862", "#e5a64e", "#65aadd", "#a695e7", "#ee7aae", "#6ec9cb", "#faa774"] as const;

export function authorColor(userId: string, colors: Colors): string {
  return pick(colors.isDark ? AUTHORS_DARK : AUTHORS_LIGHT, userId);
}

export function avatarColor(userId: string): string {
  return pick(AVATARS, userId);
}

function pick(choices: readonly string[], userId: string): string {
  let hash = 0;
  for (const char of userId) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return choices[hash % choices.length] ?? "#808080";
}
