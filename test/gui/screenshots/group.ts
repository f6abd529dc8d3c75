// A lively group for the pictures: answers, reactions, mentions, corrections, something deleted, both directions.
import type { ChatId } from "../../../src/protocol/ids.ts";
import type { Person } from "../../support/person.ts";
import type { Stage } from "../support/stage.ts";

const NAMES = ["anna", "boris", "chiara", "dmitri", "emeka", "fatima.zahra", "grace_h", "hiroshi"] as const;

/** Lines as "who: what", "> seq who: what" for an answer. */
const TALK = `
grace_h: The beams are here! All fourteen of them, and nobody has hurt their back.
boris: Finally. That was *three weeks*.
emeka: Where do we put them? The lawn is a swamp after this rain.
> 3 grace_h: Behind the barn, on the pallets. I have put a sheet over them.
dmitri: @anna did you order the **windows**? The carpenter asks every day.
> 5 anna: Yes, two of them, used, from Marta. They come on Thursday.
> 6 boris: Half the price! 🎉
chiara: I bring cake on Saturday. Who comes?
emeka: Me
hiroshi: 私も行きます！
fatima.zahra: أنا قادمة أيضا، وسأحضر الشاي بالنعناع.
> 11 anna: شكرا جزيلا! لا تنسي الأكواب من فضلك.
> 8 dmitri: I come if there is cake. I also come if there is none, but later.
grace_h: The plan is at https://example.org/garden-house, with all measures.
boris: Wrong chat, sorry
anna: Then we meet on Saturday at ten. Bring gloves.
`;

/** Makes the group by Grace, with Anna as a moderator. */
export async function playGroup(stage: Stage): Promise<ChatId> {
  const people = new Map<string, Person>();
  for (const name of NAMES)
    people.set(name, await stage.server.anotherSession(stage.person(name), {}, ["groups", "changes"]));
  const of = (name: string): Person => people.get(name) ?? stage.person(name);
  const { chat } = await of("grace_h").ok("create_group", {
    title: "Garden house",
    topic: "Building it together, every Saturday. Plans: https://example.org/garden-house",
    members: NAMES.filter((name) => name !== "grace_h"),
  });
  const { chat_id } = chat;
  await of("grace_h").ok("set_role", { chat_id, username: "anna", role: "moderator" });
  await of("grace_h").ok("set_role", { chat_id, username: "boris", role: "moderator" });
  for (const line of TALK.trim().split("\n")) {
    const [, seq, who = "", message = ""] = /^(?:> (\d+) )?([^:]+): (.*)$/.exec(line) ?? [];
    const reply = seq === undefined ? {} : { reply_to: Number(seq) };
    await of(who).ok("add_message", { chat_id, message, ...reply });
  }
  const react = (who: string, seq: number, reaction: string): Promise<unknown> =>
    of(who).ok("react", { chat_id, seq, reaction, on: true });
  for (const who of ["boris", "chiara", "anna", "emeka"]) await react(who, 1, "💪");
  await react("fatima.zahra", 1, "🎉");
  for (const who of ["boris", "grace_h", "dmitri"]) await react(who, 6, "👍");
  for (const who of ["anna", "emeka"]) await react(who, 8, "🍰");
  await react("anna", 11, "❤️");
  await react("fatima.zahra", 12, "🙏");
  await of("boris").ok("delete_message", { chat_id, seq: 15 });
  await of("anna").ok("edit_message", {
    chat_id,
    seq: 16,
    message: "Then we meet on Saturday at **nine**. Bring gloves.",
  });
  await of("grace_h").ok("pin_message", { chat_id, seq: 14, on: true });
  await of("chiara").ok("add_message", { chat_id, message: "Nine?! @anna, have mercy 😅", reply_to: 16 });
  return chat_id;
}
