// Names that nobody may take, in whatever disguise: those under which the server speaks, or that mean everybody.

/** Compared without separators, and without digits at the end. */
const RESERVED = [
  "server",
  "messenger",
  "messengerserver",
  "system",
  "admin",
  "administrator",
  "common",
  "commonchat",
  "all",
  "everyone",
  "everybody",
  "deleted",
];

/** Names of deleted accounts begin so (`deleted-…`). */
const DELETED = /^deleted[-_.]/;
const SEPARATORS = /[-_.]/gu;
const DIGITS_AT_END = /\p{Nd}+$/u;
const MARKS = /\p{M}/gu;

/**
 * Characters that look like a letter of the names above, by that letter: of the table of confusables of Unicode (UTS #39)
 * those that a username may hold and that are not joined by NFKC, case folding and taking off marks already.
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: "АаΑαɑᴀᎪꭺ",
  b: "ВвΒβЬьʙᏴƄƅ",
  c: "СсϹϲᴄᏟꮯ",
  d: "ԀԁᴅđᎠꭰꮷᏧɗ",
  e: "ЕеΕεҽᴇᎬꭼɛё",
  g: "ɡցɢԍᏀꮐ",
  h: "НнΗһհʜħᎻꮋ",
  i: "ІіΙιıɩɪᎥꭵӀӏǀןוاᏆꮖ",
  k: "КкΚκᴋᏦꮶ",
  l: "ʟłᏞꮮ",
  m: "МмΜμᴍᎷꮇ",
  n: "ΝոɴηпᏁ",
  o: "ОоΟοσσօᴏøо०০੦૦௦౦೦൦๐໐၀θө",
  p: "РрΡρᴘᏢꮲ",
  r: "гʀᴦᎡꭱᏒꮢ",
  s: "ЅѕꜱᏚꮪᏕꮥ",
  t: "ТтΤτᴛŧᎢꭲ",
  u: "υսʋᴜ",
  v: "νѵᴠᏙꮩ",
  w: "ԝաѡᴡᎳꮃᏔꮤ",
  x: "ХхΧχ",
  y: "УуүΥγʏᎩꭹ",
};

const LETTERS = new Map(Object.entries(LOOK_ALIKES).flatMap(([letter, all]) => [...all].map((one) => [one, letter])));

/** Pairs and digits that look like a letter; i, l and 1 are one. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/rn/g, "m"],
  [/vv/g, "w"],
  [/0/g, "o"],
  [/[1il|]/g, "l"],
  [/3/g, "e"],
  [/5/g, "s"],
];

const LETTER_SHAPES = new Set(RESERVED.map(shape));

/** Whether this name, which has the form of a username, is one that nobody may take, or looks like one. */
export function isReservedName(name: string): boolean {
  const letters = asLetters(name);
  if (DELETED.test(letters)) return true;
  const plain = letters.replace(SEPARATORS, "");
  return [plain, plain.replace(DIGITS_AT_END, "")].some((text) => LETTER_SHAPES.has(shape(text)));
}

/** In small Latin letters, as far as it looks like these. */
function asLetters(name: string): string {
  const bare = name.normalize("NFKD").replace(MARKS, "");
  return replaceLookAlikes(replaceLookAlikes(bare).toLowerCase());
}

function replaceLookAlikes(text: string): string {
  return [...text].map((character) => LETTERS.get(character) ?? character).join("");
}

function shape(text: string): string {
  return SHAPES.reduce((changed, [look, letter]) => changed.replace(look, letter), text);
}
