// The label of a message's text: can be selected and copied, links can be followed.
import { AlignmentFlag, QLabel, TextFormat, TextInteractionFlag, type QWidget } from "@nodegui/nodegui";

export function textLabel(parent: QWidget): QLabel {
  const text = new QLabel(parent);
  text.setObjectName("bubbleText");
  text.setTextFormat(TextFormat.RichText);
  // The label may be higher than its text: what is left is for the time.
  text.setAlignment(AlignmentFlag.AlignTop | AlignmentFlag.AlignLeft);
  text.setTextInteractionFlags(TextInteractionFlag.TextSelectableByMouse | TextInteractionFlag.LinksAccessibleByMouse);
  return text;
}
