// Requirements of the tests beside the packages of the checkout, made ready while those are installed: started by test.mjs.
import { once } from "node:events";
import { BuildError, buildGui } from "./build-gui.mjs";
import { installDisplayTools } from "./display-tools.mjs";
import { setUpGui } from "./gui.mjs";
import { findMongodb } from "./mongodb.mjs";

const packages = once(process, "message"); // says that those of the checkout are there

const hasWindows = process.argv.includes("windows");
if (hasWindows) installDisplayTools();
findMongodb(); // installs a server for tests where there is none, before any test waits for it
process.send({ ready: "mongodb" });
if (hasWindows) await makeWindows();
else await packages;
process.disconnect();

async function makeWindows() {
  try {
    await buildGui({ withTests: true });
    await packages;
    await setUpGui({ withTests: true });
    process.send({ ready: "windows" });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    process.send({ ready: "no windows", problem: error.message });
  }
}
