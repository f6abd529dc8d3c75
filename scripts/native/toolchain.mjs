// Build tools of the native parts: finds what is missing, installs Debian packages where it may.
import { spawnSync } from "node:child_process";

/** Each need with a test and the Debian package that satisfies it. */
const NEEDS = [
  { name: "cmake", test: ["cmake", "--version"], packages: ["cmake"] },
  { name: "ninja", test: ["ninja", "--version"], packages: ["ninja-build"] },
  { name: "g++", test: ["g++", "--version"], packages: ["g++"] },
  { name: "pkg-config", test: ["pkg-config", "--version"], packages: ["pkg-config"] },
  { name: "Qt 6", test: ["pkg-config", "--exists", "Qt6Widgets"], packages: ["qt6-base-dev"] },
  { name: "Qt 6 SVG", test: ["pkg-config", "--exists", "Qt6Svg"], packages: ["qt6-svg-dev", "libqt6svg6-dev"] },
  { name: "GLib", test: ["pkg-config", "--exists", "glib-2.0"], packages: ["libglib2.0-dev"] },
];

/** Nothing fails without them, but texts look poor; installed along with the rest. */
const FONT_PACKAGES = ["fonts-noto-core", "fonts-noto-color-emoji"];

const succeeds = (command, ...args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** The needs that are not met, each with the Debian packages of which one satisfies it. */
function missingNeeds() {
  return NEEDS.filter(({ test: [command, ...args] }) => !succeeds(command, ...args));
}

/** Of several names for a package, the one that this release of Debian or Ubuntu has. */
function knownPackage(names) {
  return names.find((name) => succeeds("apt-cache", "show", name)) ?? names[0];
}

/** How to run apt-get as root; undefined when that is not possible without asking for a password. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return succeeds("sudo", "-n", "true") ? ["sudo", "-n"] : undefined;
}

function runAptGet(prefix, ...args) {
  const [command, ...rest] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
  return spawnSync(command, rest, { stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}

/**
 * Makes sure that everything needed is there. Returns undefined when it is, otherwise a text for people that says
 * what is missing and how to get it.
 */
export function ensureToolchain(say) {
  const missing = missingNeeds();
  if (missing.length === 0) return undefined;
  const names = missing.map(({ name }) => name).join(", ");
  if (!succeeds("apt-get", "--version")) return `missing: ${names}. Install them with your system's package tool.`;
  const prefix = rootPrefix();
  if (prefix) {
    say(`missing: ${names}; installing Debian packages (apt-get update, then install)`);
    runAptGet(prefix, "-qq", "update");
  }
  const packages = [...missing.map((need) => knownPackage(need.packages)), ...FONT_PACKAGES];
  const line = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  if (!prefix) return `missing: ${names}. Install them and start again:\n  sudo ${line}`;
  say(line);
  runAptGet(prefix, "-qq", "install", "-y", "--no-install-recommends", ...packages);
  const left = missingNeeds().map(({ name }) => name);
  return left.length === 0 ? undefined : `still missing: ${left.join(", ")}. Try by hand:\n  sudo ${line}`;
}

/** The version of Qt that is installed, as in "6.4.2". */
export function qtVersion() {
  const answer = spawnSync("pkg-config", ["--modversion", "Qt6Core"], { encoding: "utf8" });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}

/** Compiler and linker flags of pkg-config's packages. */
export function packageFlags(...packages) {
  const answer = spawnSync("pkg-config", ["--cflags", "--libs", ...packages], { encoding: "utf8" });
  if (answer.status !== 0) throw new Error(`pkg-config does not know ${packages.join(", ")}`);
  return answer.stdout.trim().split(/\s+/);
}
