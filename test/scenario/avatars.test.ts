// Avatars on a whole server: tickets, ordinary FTP logins, what contacts hear of a new picture, and restarts.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { fetchAvatar, removeAvatar, uploadAvatar, type AvatarAccess } from "../../src/avatars/ftp-client.ts";
import { RawFtp } from "../support/avatar-server.ts";
import type { Person } from "../support/person.ts";
import { png, SAMPLES } from "../support/pictures.ts";
import { TestServer, useServer } from "../support/server.ts";

async function access(person: Person): Promise<AvatarAccess> {
  const { ftp } = await person.ok("avatar_ticket", {});
  return { host: "127.0.0.1", ticket: ftp };
}

describe("avatars of people on a server", () => {
  const server = useServer({ ftp: true });

  it("a new picture is in the profile, and those who watch are told of it", async () => {
    const [anna, ben, carl] = await Promise.all(["anna", "ben", "carl"].map((name) => server().newPerson(name)));
    assert.ok(anna && ben && carl);
    await ben.addContact(anna);
    const phone = await server().anotherSession(anna);
    await Promise.all([anna, ben, carl, phone].map((person) => person.client.barrier()));
    for (const person of [anna, ben, carl, phone]) person.client.takeAllEvents();
    await uploadAvatar(await access(anna), SAMPLES.webp);
    const { user_data: profile } = await carl.ok("profile", { username: anna.username });
    assert.match(profile.file_name ?? "", new RegExp(`^${anna.userId}-[0-9a-f]{12}\\.webp$`));
    for (const person of [anna, phone, ben]) {
      assert.deepEqual(await person.events("profile"), [{ user_data: profile }]);
    }
    assert.deepEqual(await carl.events("profile"), []);
    assert.ok((await fetchAvatar(await access(carl), profile.file_name ?? "")).equals(SAMPLES.webp));
  });

  it("a picture that its owner removes is gone for everybody at once, and those who watch are told", async () => {
    const [anna, ben] = await Promise.all(["anna", "ben"].map((name) => server().newPerson(name)));
    assert.ok(anna && ben);
    await ben.addContact(anna);
    await uploadAvatar(await access(anna), SAMPLES.webp);
    const name = (await ben.ok("profile", { username: anna.username })).user_data.file_name ?? "";
    await Promise.all([anna, ben].map((person) => person.client.barrier()));
    for (const person of [anna, ben]) person.client.takeAllEvents();
    await removeAvatar(await access(anna));
    const { user_data: profile } = await anna.ok("profile", {});
    assert.equal(profile.file_name, null);
    for (const person of [anna, ben]) assert.deepEqual(await person.events("profile"), [{ user_data: profile }]);
    await assert.rejects(fetchAvatar(await access(ben), name), { code: 550 });
    assert.ok(!readdirSync(join(server().config.data, "avatars")).includes(name));
    await assert.rejects(removeAvatar(await access(anna)), { code: 550 });
    await uploadAvatar(await access(anna), SAMPLES.webp);
    assert.ok((await fetchAvatar(await access(ben), name)).equals(SAMPLES.webp), "the same picture may come again");
  });

  it("an ordinary FTP client logs in with the user's own name, in any case, and password", async () => {
    const anna = await server().newPerson("Änna");
    const { port } = (await access(anna)).ticket;
    const raw = new RawFtp(connect(port, "127.0.0.1"));
    await raw.reply(220);
    await raw.ask(`USER ${anna.username.toUpperCase()}`, 331);
    await raw.ask("PASS not it", 530);
    await raw.ask(`PASS ${anna.password}`, 230);
    await raw.store(`${anna.userId}.jpeg`, SAMPLES.jpg, 226);
    raw.socket.destroy();
    const { user_data: profile } = await anna.ok("profile", {});
    assert.match(profile.file_name ?? "", /\.jpg$/);
  });

  it("a picture is not there for who is blocked, by no command, and a new one is told to nobody of the two", async () => {
    const [anna, ben, carl] = await Promise.all(["anna", "ben", "carl"].map((name) => server().newPerson(name)));
    assert.ok(anna && ben && carl);
    await ben.addContact(anna);
    await uploadAvatar(await access(anna), SAMPLES.webp);
    const first = (await ben.ok("profile", { username: anna.username })).user_data.file_name ?? "";
    const { ticket, host } = await access(ben);
    const raw = new RawFtp(connect(ticket.port, host));
    await raw.reply(220);
    await raw.ask(`USER ${ticket.username}`, 331);
    await raw.ask(`PASS ${ticket.password}`, 230);
    assert.ok((await raw.receive("NLST")).toString().includes(first));
    await raw.ask(`SIZE ${first}`, 213);
    await anna.ok("block_contact", { contact: ben.username });
    await ben.client.barrier();
    ben.client.takeAllEvents();
    await uploadAvatar(await access(anna), SAMPLES.gif);
    const second = (await carl.ok("profile", { username: anna.username })).user_data.file_name ?? "";
    assert.notEqual(second, first);
    assert.equal((await ben.ok("profile", { username: anna.username })).user_data.file_name, null);
    assert.ok(!(await raw.receive("NLST")).toString().includes(anna.userId));
    for (const name of [first, second]) {
      await raw.ask(`SIZE ${name}`, 550);
      await raw.ask(`MDTM ${name}`, 550);
      for (const directive of ["RETR", "NLST", "LIST"]) {
        await raw.data();
        await raw.ask(`${directive} ${name}`, 550);
      }
    }
    await ben.heardNothing();
    await anna.ok("unblock_contact", { contact: ben.username });
    assert.ok((await raw.receive(`RETR ${second}`)).equals(SAMPLES.gif));
    raw.socket.destroy();
  });

  it("a changed password ends what the old one and its tickets opened", async () => {
    const anna = await server().newPerson("anna");
    const { ticket, host } = await access(anna);
    const raw = new RawFtp(connect(ticket.port, host));
    await raw.reply(220);
    await raw.ask(`USER ${ticket.username}`, 331);
    await raw.ask(`PASS ${ticket.password}`, 230);
    await anna.ok("change_password", { password: anna.password, new_password: "another password" });
    await raw.reply(421);
    await raw.closed();
    await assert.rejects(uploadAvatar({ host, ticket }, SAMPLES.gif), /Wrong name or password/);
    await uploadAvatar(await access(anna), SAMPLES.gif);
  });

  it("nobody logs in with a ticket of somebody else's, or with a name that nobody has", async () => {
    const anna = await server().newPerson("anna");
    const { ticket, host } = await access(anna);
    for (const wrong of [{ password: "x" }, { username: `ticket-${"0".repeat(32)}` }, { username: "nobody" }]) {
      await assert.rejects(
        uploadAvatar({ host, ticket: { ...ticket, ...wrong } }, SAMPLES.gif),
        /Wrong name or password/,
      );
    }
  });

  it("says 429's counterpart when a password was wrong too often", async () => {
    const anna = await server().newPerson("anna");
    const { ticket, host } = await access(anna);
    const wrong = { host, ticket: { ...ticket, username: anna.username, password: "wrong password" } };
    const reasons: string[] = [];
    for (let time = 0; time < 12; time++) {
      await uploadAvatar(wrong, SAMPLES.gif).catch((error: unknown) => reasons.push(String(error)));
    }
    assert.match(reasons.at(-1) ?? "", /Too many failed logins/);
    await uploadAvatar({ host, ticket }, SAMPLES.gif); // tickets are not held up
  });

  it("a picture of before a restart is still there, and what a crash left in the middle is not", async () => {
    const own = await TestServer.start({ ftp: true });
    const folder = join(own.config.data, "avatars");
    const anna = await own.newPerson("anna");
    await uploadAvatar(await access(anna), png(5, 5));
    const [current = ""] = readdirSync(folder);
    own.cutClients();
    await own.stop();
    await copyFile(join(folder, current), join(folder, `.upload-${"0".repeat(32)}.tmp`));
    await own.start();
    const again = await own.anotherSession(anna);
    assert.ok((await fetchAvatar(await access(again), current)).equals(png(5, 5)));
    assert.deepEqual(readdirSync(folder), [current]);
    await own.remove();
  });
});

describe("a login at the avatar server that waits for its turn", () => {
  // So dear that the login comes while the change of the password is under way.
  const server = useServer({ ftp: true, bcryptCost: 12 });

  it("opens nothing with a password that is changed meanwhile", async () => {
    const [anna, ben] = [await server().newPerson("anna"), await server().newPerson("ben")];
    const { ticket, host } = await access(anna);
    const raw = new RawFtp(connect(ticket.port, host));
    await raw.reply(220);
    await raw.ask(`USER ${anna.username}`, 331);
    const changed = anna.ok("change_password", { password: anna.password, new_password: "another good one" });
    await ben.client.barrier();
    await raw.ask(`PASS ${anna.password}`, 530);
    await changed;
    await raw.ask("PASS another good one", 230);
    raw.socket.destroy();
  });
});

describe("a server without avatars", () => {
  const server = useServer();

  it("answers avatar_ticket with 404 and says so in its ready line", async () => {
    const anna = await server().newPerson("anna");
    await anna.fails("avatar_ticket", {}, 404);
    assert.match(server().running.readyLine, /avatars off\)$/);
  });
});
