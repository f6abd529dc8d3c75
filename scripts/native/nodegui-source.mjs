// NodeGui's C++ without the classes that nothing here uses: it builds in half the time and is smaller in memory.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What CMake looks for beside CMakeLists.txt; the same files as in the package. */
const LINKED = ["config", "src", "package.json"];

/** The names of the classes in gui/native/unused-classes.json. */
export function unusedClasses(gui) {
  return Object.values(JSON.parse(readFileSync(join(gui, "native", "unused-classes.json"), "utf8"))).flat();
}

/** Makes a folder for CMake in which the package lies without those classes; gives its path. */
export function trimmedSource(folder, nodegui, gui) {
  const source = join(folder, "source");
  mkdirSync(source);
  for (const name of LINKED) symlinkSync(join(nodegui, name), join(source, name));
  symlinkSync(join(gui, "node_modules"), join(source, "node_modules"));
  const names = unusedClasses(gui).join("|");
  // Each class has a folder of its own, and one line in main.cpp that makes it known to JavaScript.
  const files = new RegExp(`^.*/(?:${names})/.*\\n`, "gm");
  const registrations = new RegExp(`^.*(?:/(?:${names})/|\\b(?:${names})Wrap::init\\().*\\n`, "gm");
  const main = readFileSync(join(nodegui, "src", "cpp", "main.cpp"), "utf8").replace(registrations, "");
  writeFileSync(join(source, "main.cpp"), main);
  const list = readFileSync(join(nodegui, "CMakeLists.txt"), "utf8")
    .replace(files, "")
    .replace("src/cpp/main.cpp", "main.cpp");
  writeFileSync(join(source, "CMakeLists.txt"), list);
  return source;
}
