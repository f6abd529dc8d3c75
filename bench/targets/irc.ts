// InspIRCd and ngIRCd as targets: one channel, PRIVMSG.
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "../engine/commands.ts";
import { peerTarget } from "./peer.ts";
import type { Target } from "./target.ts";

const CHANNEL = "#bench";

const IRC = {
  format: "lines",
  // Each join is told to everybody who has joined: one after the other is as fast as all at once.
  connectParallel: 20,
  echoed: false,
  steps: ircSteps,
  message: (text: string) => Buffer.from(`PRIVMSG ${CHANNEL} :${text}\r\n`),
} as const;

/** The user name must not begin with "b": servers put "~" before it, and "~b" begins a stamp. Registration ends with 001 (RFC 2812, 5.1), joining with 366, the end of the list of names. */
function ircSteps(index: number): Step[] {
  const name = `b${index}`;
  return [
    { send: Buffer.from(`NICK ${name}\r\nUSER load 0 * :bench\r\n`), until: " 001 " },
    { send: Buffer.from(`JOIN ${CHANNEL}\r\n`), until: " 366 " },
  ];
}

export const INSPIRCD: Target = peerTarget({
  ...IRC,
  // A login takes it a second whatever else there is, and nobody is told of joins (mode u).
  connectParallel: 500,
  name: "inspircd",
  program: "inspircd",
  configure(folder, port) {
    openFolder(folder);
    const file = join(folder, "inspircd.conf");
    writeFileSync(file, inspircdConfig(folder, port), { mode: 0o644 });
    return ["--nofork", "--runasroot", "--config", file];
  },
});

/** Queues are large and rates without bound, so that nothing but its speed limits it. */
function inspircdConfig(folder: string, port: number): string {
  return `
<config format="xml">
<server name="bench.localhost" description="bench" network="bench" id="001">
<admin name="bench" nick="bench" email="bench@localhost">
<module name="auditorium">
<auditorium opvisible="no" opcansee="no" opercansee="no">
<options defaultmodes="u">
<bind address="127.0.0.1" port="${port}" type="clients">
<connect name="all" allow="*" timeout="600" pingfreq="1h" hardsendq="256M" softsendq="256M" recvq="64M"
  commandrate="1000000000" threshold="1000000" fakelag="no" localmax="100000" globalmax="100000" limit="100000"
  maxconnwarn="no" resolvehostnames="no" useident="no" maxchans="20">
<performance softlimit="100000" somaxconn="4096" netbuffersize="65534" clonesonconnect="no" quietbursts="yes">
<path configdir="${folder}" datadir="${folder}" logdir="${folder}" runtimedir="${folder}" moduledir="/usr/lib/inspircd/modules">
<pid file="${folder}/inspircd.pid">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="${folder}/inspircd.log">
`;
}

export const NGIRCD: Target = peerTarget({
  ...IRC,
  name: "ngircd",
  program: "ngircd",
  configure(folder, port) {
    openFolder(folder);
    const file = join(folder, "ngircd.conf");
    writeFileSync(file, ngircdConfig(port), { mode: 0o644 });
    return ["--nodaemon", "--config", file];
  },
});

function ngircdConfig(port: number): string {
  return `
[Global]
Name = bench.localhost
Info = bench
Listen = 127.0.0.1
Ports = ${port}
MotdPhrase = bench
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
MaxNickLength = 20
PingTimeout = 3600
PongTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
SyslogFacility = local7
`;
}

/** Started by root these servers become another user, who must be able to read the folder. */
function openFolder(folder: string): void {
  chmodSync(folder, 0o755);
}
