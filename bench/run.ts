// Entry of the bench as a program of its own: `node dist/bench/run.js …` takes the options of `messenger bench`.
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { benchCommand } from "./command.ts";

await yargs(hideBin(process.argv))
  .command({ ...benchCommand, command: "$0" })
  .strict()
  .help()
  .showHelpOnFail(false)
  .parseAsync();
