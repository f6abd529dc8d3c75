// A server for the tests of the MongoDB store, installed where there is none: `node scripts/mongodb.mjs`
// prints, as one line of JSON, {"url"} of a server that runs, {"product", "command"} to start one, or the {"reason"} why not.
// `node scripts/mongodb.mjs run [PORT]` runs one for a trial, on an empty data folder that is removed with it (Ctrl+C).
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { has, installDebian, run, say } from "./setup.mjs";

/** FerretDB speaks MongoDB's wire protocol and stores in SQLite; it is compiled with Go, for whoever asks for it. */
const FERRETDB = "github.com/FerretDB/FerretDB@v1.24.2";

/** nx-27017 speaks MongoDB's wire protocol and stores in SQLite; the versions that the tests were written with. */
const PACKAGES = ["nx-27017==0.8.1", "neosqlite==1.17.2", "pymongo==4.20.0", "dnspython==2.9.2"];

/**
 * The first of: the URL in MESSENGER_TEST_MONGODB, or FerretDB where that is `ferretdb`; `mongod` on the path; nx-27017. The last
 * and FerretDB are installed once into the user's cache folder. In a command, DATA and PORT stand for the data folder and the port on 127.0.0.1, START for a name that no
 * other start has had: nx-27017 takes the file of one that was killed for a sign that it still runs.
 */
export function findMongodb() {
  const url = process.env.MESSENGER_TEST_MONGODB;
  if (url === "ferretdb") return findFerretdb();
  if (url) return { url };
  if (has("mongod")) {
    const options = ["--dbpath", "DATA", "--port", "PORT", "--bind_ip", "127.0.0.1", "--quiet"];
    return { product: "mongod", command: ["mongod", ...options] };
  }
  const python = installNx();
  if (python === undefined) return { reason: "no mongod on the path, and nx-27017 cannot be installed (python3, pip)" };
  const files = ["--data-dir", "DATA", "--log-file", "DATA/nx.log", "--pid-file", "DATA/START.pid"];
  const start = "import sys; from nx_27017.nx_27017 import main; sys.argv[0] = 'nx-27017'; main()";
  return { product: "nx-27017", command: [python, "-c", start, ...files, "--port", "PORT"] };
}

function findFerretdb() {
  const folder = join(cacheFolder(), "messenger", `ferretdb-${FERRETDB.split("@")[1]}`);
  const binary = join(folder, "ferretdb");
  if (!existsSync(binary)) installFerretdb(folder);
  if (!existsSync(binary)) return { reason: "FerretDB cannot be compiled (Go 1.24 or later, its module proxy)" };
  const files = ["--handler=sqlite", "--sqlite-url=file:DATA/", "--state-dir=DATA"];
  return { product: "FerretDB", command: [binary, ...files, "--listen-addr=127.0.0.1:PORT", "--telemetry=disable"] };
}

/** Compiles a copy of the module: it wants a file with its version, which the module itself lacks. */
function installFerretdb(folder) {
  say(`compiling ${FERRETDB} (some minutes, once) …`);
  const { stdout } = spawnSync("go", ["mod", "download", "-json", FERRETDB], { encoding: "utf8" });
  if (!stdout) return;
  const unfinished = `${folder}.${process.pid}`;
  const source = join(unfinished, "source");
  cpSync(JSON.parse(stdout).Dir, source, { recursive: true });
  run("chmod", ["-R", "u+w", source]);
  writeFileSync(join(source, "build", "version", "version.txt"), FERRETDB.split("@")[1]);
  const isMade = run("go", ["build", "-o", join(unfinished, "ferretdb"), "./cmd/ferretdb"], { cwd: source });
  rmSync(source, { recursive: true });
  if (isMade && !existsSync(folder)) renameSync(unfinished, folder);
  rmSync(unfinished, { recursive: true, force: true });
}

function cacheFolder() {
  return process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
}

/** The Python that has it; undefined when it cannot be installed. */
function installNx() {
  const folder = join(cacheFolder(), "messenger", PACKAGES[0].replace("==", "-"));
  const python = join(folder, "bin", "python3");
  if (existsSync(python)) return python;
  if (!has("python3")) return undefined;
  say(`installing ${PACKAGES[0]} for the tests of the MongoDB store (a few seconds, once) …`);
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(join(cacheFolder(), "messenger"), { recursive: true });
  const make = () => run("python3", ["-m", "venv", "--clear", unfinished]);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES];
  const isMade = (make() || (installDebian(["python3-venv"]) && make())) && run(join(unfinished, "bin/python3"), pip);
  // Last, so that an installation that was broken off is done again; another process may have been quicker.
  if (isMade && !existsSync(folder)) renameSync(unfinished, folder);
  rmSync(unfinished, { recursive: true, force: true });
  return existsSync(python) ? python : undefined;
}

/** Runs a server for a trial in the foreground. */
function runForTrial(port) {
  const { url, product, command, reason } = findMongodb();
  if (command === undefined) {
    say(reason ?? `there is one already: ${url}`);
    process.exitCode = 1;
    return;
  }
  const data = mkdtempSync(join(tmpdir(), "messenger-mongodb-"));
  const words = { DATA: data, PORT: port, START: "trial" };
  const [program, ...args] = command.map((word) =>
    Object.entries(words).reduce((filled, [name, value]) => filled.replace(name, value), word),
  );
  const server = spawn(program, args, { stdio: "inherit" });
  say(`${product} on mongodb://127.0.0.1:${port}/ until Ctrl+C; its data goes with it`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => server.kill("SIGTERM"));
  server.on("exit", (code) => {
    rmSync(data, { recursive: true, force: true });
    process.exitCode = code ?? 0;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , what, port = "27017"] = process.argv;
  if (what === "run") runForTrial(port);
  else console.log(JSON.stringify(findMongodb()));
}
