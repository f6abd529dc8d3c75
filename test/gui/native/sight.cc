// Sight of the test-only addon: widgets of the windows, their names, texts and sizes, and what is painted.
#include "sight.h"

#include <QtWidgets/QtWidgets>

#include "../../../gui/native/functions.h"
#include "call.h"

namespace {

void describe(QObject *object, int depth, QString *out) {
  if (const auto *widget = qobject_cast<QWidget *>(object)) {
    *out += QString(depth * 2, ' ') + object->metaObject()->className() + "#" + object->objectName() +
            (widget->isVisible() ? "" : " (hidden)") + " " + object->property("text").toString().left(60) +
            (widget->accessibleName().isEmpty() ? "" : " = " + widget->accessibleName()) + "\n";
  }
  for (QObject *child : object->children()) describe(child, depth + 1, out);
}

// tree(widget): the widgets below it, one a line, with class, name, visibility, text and what a screen reader calls it
napi_value tree(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  if (call.failed()) return nullptr;
  QString out;
  describe(widget, 0, &out);
  return textValue(env, out);
}

// texts(widget): what its labels say, whole, one after the other
napi_value texts(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  if (call.failed()) return nullptr;
  QStringList found;
  for (const QLabel *label : widget->findChildren<QLabel *>()) found += label->text();
  return textValue(env, found.join('\n'));
}

// tips(widget): the tool tips of what is in view below it, a line each
napi_value tips(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const QWidget *widget = call.widget();
  if (call.failed()) return nullptr;
  QStringList found;
  for (const QWidget *part : widget->findChildren<QWidget *>())
    if (part->isVisible() && !part->toolTip().isEmpty()) found += part->toolTip();
  return textValue(env, found.join('\n'));
}

// Where something is painted in a label: its first and its last column that is not as the corner; -1 -1 for nothing.
QPair<int, int> inkOf(QLabel *label) {
  const QImage image = label->grab().toImage();
  QPair<int, int> ink(-1, -1);
  for (int x = 0; x < image.width(); ++x) {
    for (int y = 0; y < image.height(); ++y) {
      if (image.pixel(x, y) == image.pixel(0, 0)) continue;
      if (ink.first < 0) ink.first = x;
      ink.second = x;
      break;
    }
  }
  return ink;
}

// inks(widget): of each label in view below it a line of name, first and last column of what is painted, and width
napi_value inks(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  if (call.failed()) return nullptr;
  QStringList found;
  for (QLabel *label : widget->findChildren<QLabel *>()) {
    if (!label->isVisible() || label->objectName().isEmpty()) continue;
    const QPair<int, int> ink = inkOf(label);
    found += QString("%1 %2 %3 %4").arg(label->objectName()).arg(ink.first).arg(ink.second).arg(label->width());
  }
  return textValue(env, found.join('\n'));
}

// sizeOf(widget, name): "width height" of what a screen reader knows by that name below it
napi_value sizeOf(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const QWidget *widget = call.widget();
  const QString name = call.text(1);
  if (call.failed()) return nullptr;
  const QWidget *part = partNamed(env, widget, name);
  return part == nullptr ? nullptr : textValue(env, QString("%1 %2").arg(part->width()).arg(part->height()));
}

// widgetCount(): the number of all widgets that exist
napi_value widgetCount(napi_env env, napi_callback_info) {
  napi_value result = nullptr;
  napi_create_double(env, static_cast<double>(QApplication::allWidgets().size()), &result);
  return result;
}

// The window that keys go to: a popup before all others.
QWidget *frontWindow() {
  QWidget *popup = QApplication::activePopupWidget();
  return popup != nullptr ? popup : QApplication::activeWindow();
}

// What people and screen readers call a widget.
QString nameOf(const QWidget *widget) {
  if (!widget->accessibleName().isEmpty()) return widget->accessibleName();
  return widget->property("text").toString().remove('&');
}

// frontTitle(): the title of the window that has the keyboard; "popup" for a menu and the like, "" for none
napi_value frontTitle(napi_env env, napi_callback_info) {
  QWidget *window = frontWindow();
  const bool isPopup = window != nullptr && window == QApplication::activePopupWidget();
  return textValue(env, window == nullptr ? QString() : isPopup ? QString("popup") : window->windowTitle());
}

// focusName(): the name of the widget that has the focus; "" for none
napi_value focusName(napi_env env, napi_callback_info) {
  const QWidget *widget = QApplication::focusWidget();
  return textValue(env, widget == nullptr ? QString() : nameOf(widget));
}

QPoint placeIn(QWidget *window, const QString &name) {
  if (const auto *menu = qobject_cast<QMenu *>(window)) {
    for (QAction *action : menu->actions()) {
      if (action->text().section('\t', 0, 0) == name) return menu->mapToGlobal(menu->actionGeometry(action).center());
    }
  }
  for (QWidget *widget : window->findChildren<QWidget *>()) {
    if (widget->isVisible() && nameOf(widget) == name && !widget->visibleRegion().isEmpty())
      return widget->mapToGlobal(widget->visibleRegion().boundingRect().center());
  }
  return {-1, -1};
}

// place(name): "x y" of the middle of what is called so in the front window, in pixels of the screen; "" for nothing
napi_value place(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  size_t length = 0;
  if (count == 0 || napi_get_value_string_utf8(env, argument, nullptr, 0, &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "needs a text");
    return nullptr;
  }
  QByteArray bytes(static_cast<qsizetype>(length) + 1, 0);
  napi_get_value_string_utf8(env, argument, bytes.data(), length + 1, &length);
  QWidget *window = frontWindow();
  const QPoint at = window == nullptr ? QPoint(-1, -1) : placeIn(window, QString::fromUtf8(bytes.constData()));
  return textValue(env, at.x() < 0 ? QString() : QString("%1 %2").arg(at.x()).arg(at.y()));
}

// frontTexts(): what the labels in view of the front window say, a line each
napi_value frontTexts(napi_env env, napi_callback_info) {
  QStringList found;
  if (const QWidget *window = frontWindow()) {
    for (const QLabel *label : window->findChildren<QLabel *>())
      if (label->isVisible()) found += label->text();
  }
  return textValue(env, found.join('\n'));
}

}  // namespace

void defineSight(napi_env env, napi_value exports) {
  define(env, exports, "tree", tree);
  define(env, exports, "texts", texts);
  define(env, exports, "tips", tips);
  define(env, exports, "inks", inks);
  define(env, exports, "sizeOf", sizeOf);
  define(env, exports, "widgetCount", widgetCount);
  define(env, exports, "frontTitle", frontTitle);
  define(env, exports, "focusName", focusName);
  define(env, exports, "place", place);
  define(env, exports, "frontTexts", frontTexts);
}
