// The addresses that are kept out, and until when; a ban can be lifted.
import { QDialog, type QWidget } from "@nodegui/nodegui";
import type { ReconnectingAdminClient } from "../../src/client/models/reconnecting-admin-client.ts";
import type { Ban } from "../../src/protocol/admin.ts";
import { moment } from "../../src/util/quantities.ts";
import { openModal } from "../kit/dialogs.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import { button, column, label, row } from "../kit/widgets.ts";
import { Outcome } from "./outcome.ts";
import { TableView } from "./table-view.ts";

export function openBans(parent: QWidget, connection: ReconnectingAdminClient, theme: Theme) {
  const dialog = new QDialog(parent);
  const outcome = new Outcome();
  const table = new TableView<Ban>({
    title: "Banned addresses",
    theme,
    columns: [
      { name: "address", title: "Address", minPx: 140, share: 1, text: ({ address }) => address },
      { name: "until", title: "Banned until", minPx: 150, text: ({ until_ms: until }) => moment(until) },
    ],
    keyOf: ({ address }) => address,
    onSelect: () => lift.setEnabled(true),
  });
  const load = (): Promise<void> =>
    outcome.of(connection.request("bans", {}), ({ bans }) => {
      table.setRows(bans);
      lift.setEnabled(table.selected !== undefined);
      return bans.length === 0 ? "No address is banned." : undefined;
    });
  const lift = button({
    text: "Lift the ban",
    onClick: async () => {
      const address = table.selected?.address;
      if (address === undefined) return;
      await outcome.of(connection.request("unban", { address }), () => `${address} may come back.`);
      await load();
    },
  });
  const end = button({ text: "Close", name: "primary", onClick: () => dialog.close() });
  dialog.setWindowTitle("Banned addresses");
  dialog.setLayout(
    column({
      margins: [20, 18, 20, 16],
      spacing: 10,
      children: [
        label({ text: "Banned addresses", name: "heading" }),
        { grow: table.widget },
        outcome.widget,
        row({ spacing: 8, children: [lift, "stretch", end] }),
      ],
    }),
  );
  dialog.resize(460, 380);
  openModal(dialog, { enter: end });
  guard(load)();
  return { dialog, table, lift, outcome };
}
