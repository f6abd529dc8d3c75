// `messenger panel`: opens the control panel of a server that runs on this machine, in a process of its own.
import { loadConfig } from "../config/load.ts";
import { CONFIG_FILE_OPTION, OPTIONS } from "../config/options.ts";
import { isPanelPage, PANEL_PAGES } from "../config/panel-pages.ts";
import { UserError } from "../util/user-error.ts";
import type { Command, CommandArgs } from "./command.ts";
import { commandOptions } from "./config-options.ts";
import { openWindow } from "./open-window.ts";

export const command: Command = {
  options: {
    ...commandOptions([OPTIONS.data, CONFIG_FILE_OPTION]),
    page: { type: "string", help: `the page to begin with: ${PANEL_PAGES.join(", ")}`, placeholder: "NAME" },
  },
  examples: [
    ["messenger panel", "the server that works in the usual data folder"],
    ["messenger panel --data ./scratch", "the one that works in another folder"],
    ["messenger panel --page log", "opened on its log"],
  ],
  notes: [
    "It may be opened and closed as often as one likes: the server takes no notice. What it can do, `messenger admin`",
    "can do too. `messenger server -g` starts a server together with its panel. The first start builds the native parts.",
  ].join("\n"),
  run,
};

async function run(args: CommandArgs): Promise<number> {
  const { data } = loadConfig({ data: args["data"], config: args["config"] });
  const page = String(args["page"] ?? PANEL_PAGES[0]);
  if (!isPanelPage(page)) throw new UserError(`--page: ${page}: must be one of ${PANEL_PAGES.join(", ")}`);
  return openWindow("panel.mjs", ["--data", data, "--page", page]);
}
