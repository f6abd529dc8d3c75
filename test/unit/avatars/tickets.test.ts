// Tickets as logins: how long they last and for whom.
import assert from "node:assert/strict";
import { AvatarTickets } from "../../../src/avatars/tickets.ts";
import { AVATAR_TICKET_MS } from "../../../src/protocol/limits.ts";
import { normalizeUsername } from "../../../src/protocol/text.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const ANNA = { userId: "a".repeat(24), username: "anna" };
const BEN = { userId: "b".repeat(24), username: "ben" };

describe("AvatarTickets", () => {
  it("lets a ticket log in any number of times until it expires", () => {
    const clock = new ManualClock();
    const tickets = new AvatarTickets(clock);
    const { username, password } = tickets.issue(ANNA);
    for (let time = 0; time < 5; time++) assert.deepEqual(tickets.holderOf(username, password), ANNA);
    clock.advance(AVATAR_TICKET_MS - 1);
    assert.deepEqual(tickets.holderOf(username, password), ANNA);
    clock.advance(1);
    assert.equal(tickets.holderOf(username, password), undefined);
  });

  it("refuses a wrong password and another ticket's", () => {
    const tickets = new AvatarTickets(new ManualClock());
    const anna = tickets.issue(ANNA);
    const ben = tickets.issue(BEN);
    assert.equal(tickets.holderOf(anna.username, ben.password), undefined);
    assert.equal(tickets.holderOf(anna.username, ""), undefined);
    assert.equal(tickets.holderOf("ticket-none", anna.password), undefined);
  });

  it("gives names that no user can have, and passwords of 256 bits", () => {
    const { username, password } = new AvatarTickets(new ManualClock()).issue(ANNA);
    assert.equal(normalizeUsername(username), undefined);
    assert.ok(AvatarTickets.isTicketName(username));
    assert.ok(!AvatarTickets.isTicketName("ticket-1"));
    assert.equal(Buffer.from(password, "base64url").length, 32);
  });

  it("revokes all tickets of a user and of nobody else", () => {
    const tickets = new AvatarTickets(new ManualClock());
    const anna = [tickets.issue(ANNA), tickets.issue(ANNA)];
    const ben = tickets.issue(BEN);
    tickets.revoke(ANNA.userId);
    for (const { username, password } of anna) assert.equal(tickets.holderOf(username, password), undefined);
    assert.deepEqual(tickets.holderOf(ben.username, ben.password), BEN);
  });

  it("holds few tickets of one user, and those of others are not pushed out by them", () => {
    const tickets = new AvatarTickets(new ManualClock(), { maxPerUserCount: 3 });
    const ben = tickets.issue(BEN);
    const anna = Array.from({ length: 10 }, () => tickets.issue(ANNA));
    const valid = anna.map(({ username, password }) => tickets.holderOf(username, password)?.userId === ANNA.userId);
    assert.deepEqual(valid, [...Array<boolean>(7).fill(false), true, true, true]);
    assert.deepEqual(tickets.holderOf(ben.username, ben.password), BEN);
  });

  it("holds a bounded number in all; the oldest are void first", () => {
    const tickets = new AvatarTickets(new ManualClock(), { maxCount: 4 });
    const issued = Array.from({ length: 6 }, (_, index) =>
      tickets.issue({ userId: `${index}`.repeat(24), username: "x" }),
    );
    const valid = issued.map(({ username, password }) => tickets.holderOf(username, password) !== undefined);
    assert.deepEqual(valid, [false, false, true, true, true, true]);
  });
});
