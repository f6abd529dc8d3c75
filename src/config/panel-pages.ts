// The pages of the control panel by name, for those who open it on one.

/** In the order of the panel. */
export const PANEL_PAGES = [
  "overview",
  "sessions",
  "users",
  "groups",
  "messages",
  "traffic",
  "announce",
  "log",
  "backup",
] as const;
export type PanelPage = (typeof PANEL_PAGES)[number];

/** Whether there is such a page. */
export function isPanelPage(name: string): name is PanelPage {
  return PANEL_PAGES.some((page) => page === name);
}
