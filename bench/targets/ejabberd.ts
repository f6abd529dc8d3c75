// ejabberd as a target: one room (XEP-0045), anonymous logins.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "../engine/commands.ts";
import { peerTarget } from "./peer.ts";
import type { Target } from "./target.ts";

const ROOM = "bench@conference.localhost";
const STREAM =
  "<stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
const FEATURES = "</stream:features>";
const LIBRARIES = "/usr/lib";

export const EJABBERD: Target = peerTarget({
  name: "ejabberd",
  program: "erl",
  alsoNeeds: "ejabberdctl",
  format: "stamps",
  connectParallel: 50,
  echoed: true,
  steps: xmppSteps,
  message: (text) => Buffer.from(`<message to='${ROOM}' type='groupchat'><body>${text}</body></message>`),
  configure(folder, port) {
    const file = join(folder, "ejabberd.yml");
    writeFileSync(file, ejabberdConfig(port));
    const database = ["-mnesia", "dir", JSON.stringify(join(folder, "mnesia"))];
    const config = ["-ejabberd", "config", JSON.stringify(file)];
    // Erlang's own table of ports (sockets) holds 65,536 at most by default; without -sname no epmd is started.
    return ["-noinput", "+K", "true", "+P", "250000", ...database, ...config, ...codeFolders(), "-s", "ejabberd"];
  },
});

/** ejabberd's code is not where Erlang looks for it: Debian has it in /usr/lib/ARCHITECTURE/ejabberd-VERSION/ebin. */
function codeFolders(): string[] {
  const architectures = readdirSync(LIBRARIES).filter((name) => name.endsWith("-linux-gnu"));
  return architectures.flatMap((architecture) =>
    readdirSync(join(LIBRARIES, architecture)).flatMap((name) => {
      const path = join(LIBRARIES, architecture, name, "ebin");
      return name.startsWith("ejabberd-") && existsSync(path) ? ["-pa", path] : [];
    }),
  );
}

/** Nobody is told who comes and goes, nothing is kept: the room does nothing but pass messages on. */
function ejabberdConfig(port: number): string {
  return `
hosts: [localhost]
loglevel: error
listen:
  - port: ${port}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    max_stanza_size: 262144
    shaper: none
    starttls: false
auth_method: [anonymous]
anonymous_protocol: sasl_anon
allow_multiple_connections: true
modules:
  mod_muc:
    host: "conference.localhost"
    access: all
    access_create: all
    history_size: 0
    max_users: 100000
    default_room_options:
      persistent: false
      presence_broadcast: []
`;
}

/** RFC 6120: stream, SASL, stream again, resource; then the room, which answers with status 110 (XEP-0045, 7.2.2). */
function xmppSteps(index: number): Step[] {
  const sasl = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>";
  const bind = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
  const history = "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x>";
  return [
    { send: Buffer.from(STREAM), until: FEATURES },
    { send: Buffer.from(sasl), until: "<success" },
    { send: Buffer.from(STREAM), until: FEATURES },
    { send: Buffer.from(bind), until: "</iq>" },
    { send: Buffer.from(`<presence to='${ROOM}/b${index}'>${history}</presence>`), until: "code='110'" },
  ];
}
