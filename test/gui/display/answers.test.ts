// Answers and reactions, by mouse and by keys alone; pins.
import assert from "node:assert/strict";
import { hands, hasDisplay } from "../support/display.ts";
import { eventually } from "../../support/eventually.ts";
import { clockText } from "../../../gui/chat/message-rows.ts";
import { TestClient } from "../support/client.ts";
import { textsIn } from "../support/qt.ts";
import { Stage } from "../support/stage.ts";

const QUESTION = "When do we meet?";

(hasDisplay ? describe : describe.skip)("answers and reactions (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  before(async () => {
    stage = await Stage.start(["anna", "boris"]);
    await stage.befriend("anna", "boris");
    await stage.person("boris").say(QUESTION, withBoris());
    client = await TestClient.loggedIn(stage, "anna");
    await client.inFront();
  });
  after(async () => {
    await client.quit();
    await stage.remove();
  });
  beforeEach(async () => {
    client.chat.openChat(withBoris());
    await eventually("the question is there", () => client.texts.includes(QUESTION));
    client.chat.parts.composer.focus();
  });
  afterEach(() => assert.deepEqual(client.errors, []));

  const withBoris = (): string => stage.person("anna").chatWith(stage.person("boris"));
  const question = () => client.messages.find(({ item }) => item.text === QUESTION)?.item;
  const last = () => client.messages.at(-1)?.item;
  const onQuestion = async (entry: string): Promise<void> => {
    await hands.click(`boris, ${clockText(question()?.timeMs ?? 0)}: ${QUESTION}`, "right");
    await hands.inFront("popup");
    await hands.click(entry);
  };
  const isSettled = (): boolean => client.messages.every(({ item }) => item.changes.length === 0);

  it("answers by the menu, and shows what is answered until it is sent", async () => {
    await onQuestion("Answer");
    await eventually("it is said", () => /^Answer to boris$/m.test(hands.texts));
    await hands.type("At four");
    await hands.press("Return");
    await eventually("it is stored", () => last()?.text === "At four" && last()?.seq !== undefined);
    assert.equal(last()?.replyTo, question()?.seq);
    assert.doesNotMatch(hands.texts, /^Answer to boris$/m);
    await eventually("it is quoted", () => textsIn(client.chat.window).includes(`<div>${QUESTION}</div>`));
    await hands.type("not an answer");
    await hands.press("Return");
    await eventually("it is stored", () => last()?.text === "not an answer" && last()?.seq !== undefined);
    assert.equal(last()?.replyTo, undefined);
  });

  it("answers by keys alone: Ctrl+Up goes to what is answered, Escape takes it back", async () => {
    const wanted = last();
    await hands.press("ctrl+Up", "ctrl+Up", "ctrl+Down");
    assert.match(hands.texts, new RegExp(`^Answer to ${wanted?.username}$`, "m"));
    await hands.press("Escape");
    assert.doesNotMatch(hands.texts, /^Answer to/m);
    await hands.press("ctrl+Up");
    await hands.type("and this one");
    await hands.press("Return");
    await eventually("it is stored", () => last()?.text === "and this one" && last()?.seq !== undefined);
    assert.equal(last()?.replyTo, wanted?.seq);
  });

  it("reacts with an emoji found by its name, and takes it back by a click on it", async () => {
    await onQuestion("React with…");
    await eventually("the emoji are there", () => hands.focus === "Find an emoji");
    await hands.type("rocket");
    await hands.press("Return");
    await eventually("it is there", () => question()?.reactions[0]?.reaction === "\u{1f680}" && isSettled());
    assert.match(textsIn(client.chat.window), /^\u{1f680} 1$/mu);
    await hands.click("\u{1f680} anna");
    await eventually("it is gone", () => question()?.reactions.length === 0 && isSettled());
  });

  it("reacts with what was used last, beside what others did", async () => {
    await stage.person("boris").ok("react", { chat_id: withBoris(), seq: 1, reaction: "\u{1f389}", on: true });
    await onQuestion("React \u{1f680}");
    await eventually("both are there", () => question()?.reactions.length === 2 && isSettled());
    await eventually("boris is named", () => hands.isInView("\u{1f389} boris"));
  });

  it("pins and unpins", async () => {
    await onQuestion("Pin");
    await eventually("it is pinned", () => question()?.isPinned === true && isSettled());
    await eventually("it stands above the messages", () => hands.isInView(`Pinned: ${QUESTION}`));
    await hands.click(`Pinned: ${QUESTION}`);
    await onQuestion("Unpin");
    await eventually("it is not", () => question()?.isPinned === false && isSettled());
    await eventually("it stands there no more", () => !hands.isInView(`Pinned: ${QUESTION}`));
  });
});
