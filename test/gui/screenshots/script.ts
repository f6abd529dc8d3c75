// The conversation on the pictures.
import type { Person } from "../../support/person.ts";
import type { Stage } from "../support/stage.ts";

/** Lines as "who: what"; who is on the stage. */
const COMMON = `
grace_h: Good morning, everybody!
grace_h: The new server is up. It runs on the little machine in the cellar, **no cloud** involved.
dmitri: Fast! I sent ten thousand messages from a script and it did not even blink 😄
emeka: Morning! Did anybody write down how to set up TLS?
grace_h: Yes: \`messenger server --tls-cert cert.pem --tls-key key.pem\`. Details are on https://example.org/wiki/messenger
emeka: Thank you 🙏
hiroshi: おはようございます。日本語も問題ありませんね。
fatima.zahra: صباح الخير! العربية تعمل أيضا، من اليمين إلى اليسار.
chiara: Perfetto. Who is coming for tea at four?
chiara: There is cake 🍰
boris: 🎉
anna: Me! I bring the good tea.
anna: See you at four.
dmitri: Wait for me, the build takes __one minute__ on two cores.
`;

const BORIS = `
boris: Hi Anna, did you see the sketch of the garden house?
anna: Yes! I like the big window to the south.
anna: The roof looks a bit flat to me, though. Will the rain run off?
boris: It is 12 degrees, the carpenter says that is enough.
boris: He can begin in *March*, if we decide this week.
anna: Then let us decide this week 🙂
boris: 👍
boris: I send you the list of what we need:
boris: 14 beams, 60 × 120 mm\\n32 m² boards, larch\\n2 windows\\n1 door (the old one from the barn?)
anna: The old door! With the blue paint.
anna: I talk to Marta about the windows tomorrow. She knows somebody who sells used ones, in good condition and for half the price.
boris: ❤️
`;

const OTHERS = `
emeka: Are you on the train already?
emeka: Call me when you are there
dmitri: The parcel has come
grace_h: I looked at your pull request, very nice work!
fatima.zahra: شكرا جزيلا
`;

export async function play(stage: Stage): Promise<void> {
  for (const { who, what } of lines(COMMON)) await stage.person(who).say(what);
  const [anna, boris] = [stage.person("anna"), stage.person("boris")];
  for (const { who, what } of lines(BORIS)) await stage.person(who).say(what, anna.chatWith(boris));
  await playChanges(anna, boris);
  await boris.ok("mark_read", { chat_id: anna.chatWith(boris), seq: 13 });
  for (const { who, what } of lines(OTHERS)) {
    const person = stage.person(who);
    await person.say(what, anna.chatWith(person));
  }
  await stage.person("chiara").ok("update_profile", {
    first_name: "Chiara",
    second_name: "Lombardi",
    bio: "Baker, sailor, two cats. Answers in the evening.",
  });
  await anna.ok("update_profile", { first_name: "Anna", second_name: "Berg", bio: "Builds garden houses." });
}

/** What people do with messages that are there: answers, reactions, a correction, something deleted. */
async function playChanges(anna: Person, boris: Person): Promise<void> {
  const chat_id = anna.chatWith(boris);
  await boris.ok("react", { chat_id, seq: 6, reaction: "\u{1f44d}", on: true });
  await boris.ok("react", { chat_id, seq: 11, reaction: "\u2764\ufe0f", on: true });
  await anna.ok("react", { chat_id, seq: 9, reaction: "\u{1f44d}", on: true });
  await boris.ok("delete_message", { chat_id, seq: 7 });
  await anna.ok("edit_message", { chat_id, seq: 10, message: "The old door! With the *blue* paint." });
  await anna.ok("add_message", { chat_id, message: "The carpenter can have it on Monday.", reply_to: 9 });
}

/** Texts that are hard to show. */
export async function playDetails(stage: Stage): Promise<void> {
  const [anna, chiara] = [stage.person("anna"), stage.person("chiara")];
  const chat = anna.chatWith(chiara);
  const say = (who: typeof anna, text: string): Promise<unknown> => who.say(text, chat);
  await say(chiara, '<b>not bold</b> <img src="/etc/passwd"> &amp; <script>alert(1)</script> a < b > c "quoted"');
  await say(
    chiara,
    "**bold**, *italic*, __underlined__, `code with <tags>`, **bold and *italic***, 2*3*4, snake_case_name",
  );
  await say(anna, `A word of 300 characters: ${"Donaudampfschifffahrt".repeat(15).slice(0, 300)} and on it goes.`);
  await say(
    chiara,
    "NUL \u0000, bell \u0007, escape \u001b[31m, tab\tafter, right-to-left override \u202eabc\u202c def",
  );
  await say(anna, "😀".repeat(60));
  await say(
    chiara,
    "שלום עולם! זה טקסט ארוך יותר שנכתב מימין לשמאל, עם English באמצע, ועוד קצת מילים כדי שיהיו שתי שורות.",
  );
  await say(anna, "  four\n    eight spaces\n\nand an empty line");
  await say(chiara, "👨‍👩‍👧‍👦🏳️‍🌈");
  await say(anna, "ok");
}

/** As long and as wide as a name can be. */
export const WIDE_NAME = "漢".repeat(32);

/** Texts at the limits. */
export async function playHard(stage: Stage): Promise<void> {
  const wide = stage.person(WIDE_NAME);
  await wide.say("W".repeat(8192));
  await wide.say("😀".repeat(500));
  await wide.say("\u0000".repeat(200));
  await wide.say("a\n".repeat(20) + "z");
  await wide.say("ﷺ﷽".repeat(30));
  await wide.say("Z̷̡͝a̴͎͒l̶̰̈g̵̦͐o̸̺͝".repeat(20));
}

function lines(text: string): { readonly who: string; readonly what: string }[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const end = line.indexOf(": ");
      return { who: line.slice(0, end), what: line.slice(end + 2).replaceAll("\\n", "\n") };
    });
}
