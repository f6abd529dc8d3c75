// The style sheet of the application: widgets are named, what they look like is said here. Pure.
import type { Colors } from "./colors.ts";

/** Fonts of text first, since the emoji font has digits, too; then that, since other fonts have emoji in black. */
export const FONT_FAMILY = '"Noto Sans","Segoe UI","Cantarell","Ubuntu","Liberation Sans","Noto Color Emoji"';

/** `px` is the size of a message's text; everything else is in proportion. `assets` is the folder of small pictures. */
export function styleSheet(colors: Colors, px: number, assets: string): string {
  return [
    base(colors, px),
    controls(colors, px, assets),
    composing(colors, px),
    scrollBars(colors),
    menus(colors),
    lists(colors, px),
    chat(colors, px),
    controlPanel(colors, px),
  ].join("\n");
}

function base(c: Colors, px: number): string {
  return `
* { font-family: ${FONT_FAMILY}; font-size: ${px}px; color: ${c.text}; selection-background-color: ${c.selection}; selection-color: ${c.text}; outline: 0; }
QWidget#window, QDialog { background: ${c.window}; }
QWidget#popup { background: ${c.window}; border: 1px solid ${c.fieldBorder}; }
QWidget#panel { background: ${c.panel}; }
QWidget#header, QWidget#composer { background: ${c.panel}; }
QFrame#line, QWidget#line { background: ${c.line}; border: 0; }
QLabel#title { font-size: ${px + 10}px; font-weight: 600; }
QLabel#heading { font-size: ${px + 1}px; font-weight: 600; }
QLabel#stateGood { font-size: ${px + 2}px; font-weight: 600; color: ${c.online}; }
QLabel#stateBad { font-size: ${px + 2}px; font-weight: 600; color: ${c.danger}; }
QLabel#faint, QLabel#hint { color: ${c.faint}; font-size: ${px - 1}px; }
QLabel#subtitle { color: ${c.faint}; font-size: ${px - 1}px; }
QLabel#subtitleActive { color: ${c.accent}; font-size: ${px - 1}px; }
QLabel#error { color: ${c.danger}; font-size: ${px - 1}px; }
QLabel#portrait { border: 2px solid transparent; border-radius: 66px; }
QLabel#portrait:focus { border: 2px solid ${c.accent}; border-radius: 66px; }
QLabel#good { color: ${c.online}; font-size: ${px - 1}px; }
QLabel#detail { font-family: 'DejaVu Sans Mono','Noto Sans Mono',monospace; font-size: ${px - 1}px; background: ${c.field}; border-radius: 8px; padding: 9px 12px; }
QWidget#connectionBar { background: ${c.warning}; border-radius: 8px; }
QLabel#connectionText { color: ${c.onWarning}; font-size: ${px - 1}px; }
QToolTip { background: ${c.panel}; color: ${c.text}; border: 1px solid ${c.fieldBorder}; padding: 4px 6px; font-size: ${px - 2}px; }
`;
}

function controls(c: Colors, px: number, assets: string): string {
  return `
QLineEdit, QTextEdit, QPlainTextEdit { background: ${c.field}; border: 1px solid ${c.fieldBorder}; border-radius: 8px; padding: 7px 10px; }
QLineEdit:focus, QTextEdit:focus, QPlainTextEdit:focus { border: 1px solid ${c.accent}; }
QLineEdit#search { border-radius: 17px; padding: 6px 14px; border: 1px solid ${c.field}; }
QLineEdit#search:focus { border: 1px solid ${c.accent}; background: ${c.window}; }
QTextEdit#message { background: ${c.panel}; border: 0; border-radius: 0; padding: 6px 2px; }
QPushButton { background: ${c.field}; border: 1px solid ${c.fieldBorder}; border-radius: 8px; padding: 7px 16px; }
QPushButton:hover { background: ${c.hover}; border-color: ${c.accent}; }
QPushButton:focus { border-color: ${c.accent}; }
QPushButton:disabled { color: ${c.faint}; }
QPushButton#primary { background: ${c.accent}; border: 1px solid ${c.accent}; color: ${c.onAccent}; font-weight: 600; padding: 9px 18px; }
QPushButton#primary:hover, QPushButton#primary:focus { background: ${c.accentHover}; border-color: ${c.accentHover}; }
QPushButton#primary:disabled { background: ${c.badgeMuted}; border-color: ${c.badgeMuted}; }
QPushButton#danger { color: ${c.danger}; }
QPushButton#danger:disabled { color: ${c.faint}; }
QPushButton#link { background: transparent; border: 0; color: ${c.accent}; padding: 4px; }
QPushButton#link:hover, QPushButton#link:focus { text-decoration: underline; }
QPushButton#tab { background: transparent; border: 0; border-bottom: 2px solid transparent; border-radius: 0; color: ${c.faint}; padding: 8px 14px; font-weight: 600; }
QPushButton#tab:checked { color: ${c.accent}; border-bottom: 2px solid ${c.accent}; }
QPushButton#tab:focus { background: ${c.hover}; }
QPushButton#icon { background: transparent; border: 0; border-radius: 8px; padding: 0; }
QPushButton#icon:hover, QPushButton#icon:focus { background: ${c.hover}; }
QPushButton#pinned { background: transparent; border: 0; border-radius: 6px; padding: 5px 8px; text-align: left; font-size: ${px - 1}px; }
QPushButton#pinned:hover, QPushButton#pinned:focus { background: ${c.hover}; }
QPushButton#format { background: transparent; border: 0; border-radius: 6px; padding: 0; color: ${c.faint}; font-size: ${px - 1}px; }
QPushButton#format:hover, QPushButton#format:focus { background: ${c.hover}; color: ${c.text}; }
QPushButton#jump { background: ${c.panel}; border: 1px solid ${c.line}; border-radius: 20px; padding: 0; }
QPushButton#jump:hover, QPushButton#jump:focus { border-color: ${c.accent}; }
QCheckBox, QRadioButton { spacing: 8px; padding: 3px 0; }
QCheckBox::indicator { width: 18px; height: 18px; border-radius: 5px; border: 1px solid ${c.badgeMuted}; background: ${c.field}; }
QCheckBox::indicator:checked { background: ${c.accent}; border-color: ${c.accent}; image: url("${assets}check.svg"); }
QCheckBox::indicator:hover { border-color: ${c.accent}; }
QRadioButton::indicator { border-radius: 9px; background: ${c.field}; }
QRadioButton::indicator:unchecked { border: 1px solid ${c.badgeMuted}; width: 16px; height: 16px; }
QRadioButton::indicator:checked { border: 5px solid ${c.accent}; width: 8px; height: 8px; background: ${c.onAccent}; }
QRadioButton::indicator:hover { border-color: ${c.accent}; }
QCheckBox:focus, QRadioButton:focus { color: ${c.accent}; }
QComboBox { background: ${c.field}; border: 1px solid ${c.fieldBorder}; border-radius: 8px; padding: 7px 10px; }
QComboBox:focus { border-color: ${c.accent}; }
QComboBox::drop-down { border: 0; width: 28px; }
QComboBox::down-arrow { image: url("${assets}chevron.svg"); width: 16px; height: 16px; }
QComboBox QAbstractItemView { background: ${c.panel}; border: 1px solid ${c.fieldBorder}; selection-background-color: ${c.selected}; selection-color: ${c.onSelected}; }
QSlider { min-height: 24px; }
QSlider::groove:horizontal { height: 4px; background: ${c.fieldBorder}; border-radius: 2px; }
QSlider::sub-page:horizontal { background: ${c.accent}; border-radius: 2px; }
QSlider::handle:horizontal { background: ${c.accent}; width: 16px; height: 16px; margin: -6px 0; border-radius: 8px; }
QSlider::handle:horizontal:focus { background: ${c.onAccent}; border: 3px solid ${c.accent}; width: 10px; height: 10px; border-radius: 8px; }
QProgressBar { background: ${c.field}; border: 0; border-radius: 3px; max-height: 6px; }
QProgressBar::chunk { background: ${c.accent}; border-radius: 3px; }
QSplitter::handle { background: ${c.line}; width: 1px; }
`;
}

/** Beside the message field: what is answered, what can be completed, emoji. */
function composing(c: Colors, px: number): string {
  return `
QWidget#target { border-left: 3px solid ${c.accent}; background: ${c.panel}; }
QLabel#targetTitle { color: ${c.accent}; font-size: ${px - 1}px; font-weight: 600; }
QWidget#completions { background: ${c.panel}; border: 1px solid ${c.fieldBorder}; border-radius: 8px; }
QLabel#completion, QLabel#completionChosen { border-radius: 6px; padding: 0 8px; background: ${c.panel}; }
QLabel#completionChosen { background: ${c.hover}; }
QPushButton#person { background: ${c.chip}; border: 1px solid ${c.chip}; border-radius: ${Math.floor((px + 14) / 2)}px; padding: 0 10px; font-size: ${px - 1}px; }
QPushButton#person:hover, QPushButton#person:focus { border-color: ${c.accent}; }
QWidget#emojiRows { background: ${c.window}; }
QLabel#emojiCell, QLabel#emojiCellChosen { font-family: "Noto Color Emoji"; font-size: ${px + 8}px; border-radius: 8px; }
QLabel#emojiCellChosen { background: ${c.hover}; }
QPushButton#emoji { background: transparent; border: 0; border-radius: 8px; padding: 0; font-family: "Noto Color Emoji"; font-size: ${px + 6}px; }
QPushButton#emoji:hover, QPushButton#emoji:focus { background: ${c.hover}; }
`;
}

function scrollBars(c: Colors): string {
  return `
QScrollArea { border: 0; background: transparent; }
QScrollBar:vertical { background: transparent; width: 9px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 9px; margin: 0; }
QScrollBar::handle { background: ${c.scroll}; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 30px; }
QScrollBar::handle:horizontal { min-width: 30px; }
QScrollBar::handle:hover { background: ${c.faint}; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
`;
}

function menus(c: Colors): string {
  return `
QMenu { background: ${c.panel}; border: 1px solid ${c.fieldBorder}; padding: 5px; }
QMenu::item { padding: 6px 24px 6px 14px; border-radius: 6px; }
QMenu::item:selected { background: ${c.hover}; }
QMenu::item:disabled { color: ${c.faint}; }
QMenu::separator { height: 1px; background: ${c.line}; margin: 4px 6px; }
`;
}

function lists(c: Colors, px: number): string {
  return `
QWidget#rows { background: ${c.panel}; }
QWidget#listFrame { background: ${c.panel}; border: 1px solid ${c.fieldBorder}; border-radius: 8px; }
QWidget#row { background: ${c.panel}; }
QWidget#row:hover { background: ${c.hover}; }
QWidget#rowSelected { background: ${c.selected}; }
QScrollArea#chats { border: 1px solid ${c.panel}; }
QScrollArea#chats:focus { border: 1px solid ${c.accent}; }
QLabel#emptyHint { color: ${c.faint}; padding: 14px 18px; }
QLabel#rowTitle { font-weight: 600; }
QLabel#rowTitleSelected { font-weight: 600; color: ${c.onSelected}; }
QLabel#rowTime { color: ${c.faint}; font-size: ${px - 2}px; }
QLabel#rowText { color: ${c.faint}; font-size: ${px - 1}px; }
QLabel#rowTextActive { color: ${c.accent}; font-size: ${px - 1}px; }
QLabel#rowTimeSelected { color: ${c.onSelectedFaint}; font-size: ${px - 2}px; }
QLabel#rowTextSelected { color: ${c.onSelectedFaint}; font-size: ${px - 1}px; }
QLabel#badge { background: ${c.badge}; color: #ffffff; border-radius: ${Math.floor(badgePx(px) / 2)}px; font-size: ${px - 3}px; font-weight: 600; padding: 0 6px; }
QLabel#badgeSelected { background: ${c.onSelected}; color: ${c.selected}; border-radius: ${Math.floor(badgePx(px) / 2)}px; font-size: ${px - 3}px; font-weight: 600; padding: 0 6px; }
QLabel#badgeMuted { background: ${c.badgeMuted}; color: #ffffff; border-radius: ${Math.floor(badgePx(px) / 2)}px; font-size: ${px - 3}px; font-weight: 600; padding: 0 6px; }
QLabel#mention, QLabel#mentionSelected { background: ${c.badge}; color: #ffffff; border-radius: ${Math.floor(badgePx(px) / 2)}px; font-size: ${px - 2}px; font-weight: 600; padding: 0; }
QLabel#mentionSelected { background: ${c.onSelected}; color: ${c.selected}; }
QLabel#sectionHeading { background: ${c.field}; color: ${c.faint}; font-size: ${px - 2}px; font-weight: 600; padding: 0 12px; }
QLabel#more, QLabel#moreSelected { color: ${c.accent}; font-size: ${px - 1}px; }
QLabel#more:hover { background: ${c.hover}; }
QLabel#moreSelected { background: ${c.selected}; color: ${c.onSelected}; }
QLabel#dot { background: ${c.online}; border: 2px solid ${c.panel}; border-radius: 7px; }
QLabel#dotSelected { background: ${c.online}; border: 2px solid ${c.selected}; border-radius: 7px; }
`;
}

function chat(c: Colors, px: number): string {
  const inside = `background: ${c.bubbleIn}; border-radius: 13px; border-top-left-radius: 5px;`;
  const outside = `background: ${c.bubbleOut}; border-radius: 13px; border-top-right-radius: 5px;`;
  return `
QWidget#messages { background: ${c.chat}; }
QWidget#conversation { background: ${c.chat}; }
QLabel#in { ${inside} border-bottom-left-radius: 5px; }
QLabel#inFirst { ${inside} border-top-left-radius: 13px; border-bottom-left-radius: 5px; }
QLabel#inLast { ${inside} border-bottom-left-radius: 2px; }
QLabel#inOnly { ${inside} border-top-left-radius: 13px; border-bottom-left-radius: 2px; }
QLabel#out { ${outside} border-bottom-right-radius: 5px; }
QLabel#outFirst { ${outside} border-top-right-radius: 13px; border-bottom-right-radius: 5px; }
QLabel#outLast { ${outside} border-bottom-right-radius: 2px; }
QLabel#outOnly { ${outside} border-top-right-radius: 13px; border-bottom-right-radius: 2px; }
QLabel#bubbleText { color: ${c.bubbleText}; background: transparent; font-size: ${px}px; }
QLabel#author { background: transparent; font-size: ${px - 1}px; font-weight: 600; }
QLabel#strip { background: ${c.strip}; }
QLabel#stripSelected { background: ${c.stripSelected}; }
QLabel#stripMention { background: ${c.stripMention}; }
QLabel#quoteIn, QLabel#quoteOut { border-left: 3px solid ${c.accent}; border-radius: 4px; padding: 1px 6px; font-size: ${px - 1}px; color: ${c.bubbleText}; background: ${c.quoteIn}; }
QLabel#quoteOut { background: ${c.quoteOut}; }
QLabel#quoteIn:hover, QLabel#quoteOut:hover { border-left-color: ${c.accentHover}; }
QLabel#chip, QLabel#chipOwn { border-radius: ${Math.floor((px + 11) / 2)}px; padding: 0 8px; font-size: ${px - 1}px; color: ${c.bubbleText}; background: ${c.chip}; }
QLabel#chipOwn { background: ${c.accent}; color: ${c.onAccent}; }
QLabel#metaIn { color: ${c.bubbleInFaint}; font-size: ${px - 3}px; background: transparent; }
QLabel#metaOut { color: ${c.bubbleOutFaint}; font-size: ${px - 3}px; background: transparent; }
QLabel#notice { background: ${c.notice}; color: ${c.onNotice}; border-radius: 12px; padding: 3px 12px; font-size: ${px - 2}px; font-weight: 600; }
QLabel#unreadLine { background: ${c.bubbleIn}; color: ${c.accent}; padding: 4px; font-size: ${px - 1}px; font-weight: 600; }
QLabel#emptyNotice { background: ${c.notice}; color: ${c.onNotice}; border-radius: 14px; padding: 8px 18px; }
`;
}

function controlPanel(c: Colors, px: number): string {
  return `
QWidget#page { background: ${c.panel}; }
QWidget#navigation { background: ${c.field}; }
QPushButton#nav { background: transparent; border: 0; border-radius: 8px; padding: 8px 14px; text-align: left; }
QPushButton#nav:hover, QPushButton#nav:focus { background: ${c.hover}; }
QPushButton#nav:checked { background: ${c.selected}; color: ${c.onSelected}; font-weight: 600; }
QWidget#tableHead { background: ${c.panel}; border-bottom: 1px solid ${c.fieldBorder}; }
QPushButton#columnHead { background: transparent; border: 0; border-radius: 0; padding: 0; color: ${c.faint}; font-size: ${px - 2}px; font-weight: 600; text-align: left; }
QPushButton#columnHeadRight { background: transparent; border: 0; border-radius: 0; padding: 0; color: ${c.faint}; font-size: ${px - 2}px; font-weight: 600; text-align: right; }
QPushButton#columnHead:hover, QPushButton#columnHeadRight:hover, QPushButton#columnHead:focus, QPushButton#columnHeadRight:focus { color: ${c.accent}; }
QWidget#columnGrip { background: transparent; border: 0; }
QWidget#columnGrip:hover { background: ${c.hover}; }
QScrollArea#table:focus { border: 1px solid ${c.accent}; }
QLabel#tableEmpty { color: ${c.faint}; padding: 28px 22px; }
QLabel#cell { font-size: ${px - 1}px; background: transparent; }
QLabel#cellFaint { font-size: ${px - 1}px; background: transparent; color: ${c.faint}; }
QLabel#cellGood { font-size: ${px - 1}px; background: transparent; color: ${c.online}; }
QLabel#cellBad { font-size: ${px - 1}px; background: transparent; color: ${c.danger}; }
QLabel#cellSelected { font-size: ${px - 1}px; background: transparent; color: ${c.onSelected}; }
QLabel#logTime { color: ${c.faint}; font-size: ${px - 2}px; }
QLabel#logError { color: ${c.danger}; font-size: ${px - 2}px; font-weight: 600; }
QLabel#logWarn { color: ${c.isDark ? c.onWarning : "#9a6700"}; font-size: ${px - 2}px; font-weight: 600; }
QLabel#logInfo, QLabel#logDebug { color: ${c.faint}; font-size: ${px - 2}px; font-weight: 600; }
QLabel#logText { font-size: ${px - 1}px; }
QLabel#factName { color: ${c.faint}; font-size: ${px - 1}px; }
QLabel#factValue { font-size: ${px - 1}px; }
QPlainTextEdit#json { font-family: "Noto Sans Mono","DejaVu Sans Mono",monospace; font-size: ${px - 2}px; }
QLineEdit#secret { font-family: "Noto Sans Mono","DejaVu Sans Mono",monospace; font-size: ${px + 2}px; }
`;
}

/** The height of a badge with a number. */
export function badgePx(px: number): number {
  return px + 6;
}
