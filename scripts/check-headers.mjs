// Check that every source file begins with a comment that names its responsibility, as a noun phrase; `--list` prints them.
import { readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";

const SOURCES = ["*.ts", "*.mjs", "*.js", "*.cc", "*.h", "*.sh"];
/** What must not be left in a source file. */
const LEFT_OVERS = /@ts-ignore|@ts-nocheck|@ts-expect-error|\b(?:it|describe)\.(?:only|skip)\(/;

/** Headers that are clauses: "What a store does" for "The interface of a store". */
const CLAUSE = /^\S+ (?:What|Who|Whom|Whose|How|Where|Whether|Which|When|Why)\b/;

const { stdout, status } = spawnSync("git", ["ls-files", "--", ...SOURCES], { encoding: "utf8" });
if (status !== 0) throw new Error("git ls-files failed");
const files = stdout.split("\n").filter((file) => file !== "" && file !== "scripts/check-headers.mjs");
const problems = [];

for (const file of files) {
  const lines = readFileSync(file, "utf8").split("\n");
  const header = lines.find((line) => !line.startsWith("#!") && !line.startsWith("# usage")) ?? "";
  const sentence = /^(?:\/\/|#|\/\*\*?) \S+ \S+ \S+/.test(header);
  if (!sentence) problems.push(`${file}: the first line must say what the file is for: // Sentence.`);
  if (CLAUSE.test(header)) problems.push(`${file}: the first line must be a noun phrase: ${header}`);
  lines.forEach((line, index) => {
    if (LEFT_OVERS.test(line)) problems.push(`${file}:${index + 1}: ${line.trim()}`);
  });
  if (process.argv.includes("--list")) console.log(`${String(lines.length - 1).padStart(5)} ${file}  ${header}`);
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
