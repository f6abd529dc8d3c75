// Test-only addon: plays the user. It sends mouse, key, wheel and drop events to widgets, also without a display.
//
// Every function takes a widget as `widget.native.__external_qobject__()` first.
#include <node_api.h>

#include <QtTest/QTest>
#include <QtWidgets/QtWidgets>

#include <vector>

#include "../../../gui/native/functions.h"

namespace {

constexpr size_t kMaxArguments = 6;

// The arguments of one call, converted with checks: a wrong one throws a TypeError in JavaScript.
class Call {
 public:
  Call(napi_env env, napi_callback_info info) : env_(env) {
    napi_get_cb_info(env, info, &count_, values_, nullptr, nullptr);
  }

  QWidget *widget() {
    void *pointer = nullptr;
    if (count_ == 0 || napi_get_value_external(env_, values_[0], &pointer) != napi_ok) return fail("needs a widget");
    QWidget *found = qobject_cast<QWidget *>(static_cast<QObject *>(pointer));
    return found != nullptr ? found : fail("the object is no widget");
  }

  int integer(size_t index) {
    int32_t value = 0;
    if (index >= count_ || napi_get_value_int32(env_, values_[index], &value) != napi_ok) fail("needs a number");
    return value;
  }

  QString text(size_t index) {
    size_t length = 0;
    if (index >= count_ || napi_get_value_string_utf16(env_, values_[index], nullptr, 0, &length) != napi_ok) {
      fail("needs a text");
      return {};
    }
    std::vector<char16_t> units(length + 1);
    napi_get_value_string_utf16(env_, values_[index], units.data(), units.size(), &length);
    return QString::fromUtf16(units.data(), static_cast<qsizetype>(length));
  }

  bool failed() const { return failed_; }

 private:
  QWidget *fail(const char *message) {
    if (!failed_) napi_throw_type_error(env_, nullptr, message);
    failed_ = true;
    return nullptr;
  }

  napi_env env_;
  size_t count_ = kMaxArguments;
  napi_value values_[kMaxArguments];
  bool failed_ = false;
};

napi_value textValue(napi_env env, const QString &text) {
  const QByteArray bytes = text.toUtf8();
  napi_value result = nullptr;
  napi_create_string_utf8(env, bytes.constData(), static_cast<size_t>(bytes.size()), &result);
  return result;
}

// click(widget, x, y, button, modifiers)
napi_value click(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  const QPoint at(call.integer(1), call.integer(2));
  const auto button = static_cast<Qt::MouseButton>(call.integer(3));
  const auto modifiers = static_cast<Qt::KeyboardModifiers>(call.integer(4));
  if (!call.failed()) QTest::mouseClick(widget, button, modifiers, at);
  return nullptr;
}

// doubleClick(widget, x, y)
napi_value doubleClick(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  const QPoint at(call.integer(1), call.integer(2));
  if (!call.failed()) QTest::mouseDClick(widget, Qt::LeftButton, Qt::NoModifier, at);
  return nullptr;
}

// type(widget, text): one key press and release per character
napi_value type(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  const QString text = call.text(1);
  if (!call.failed()) QTest::keyClicks(widget, text);
  return nullptr;
}

// key(widget, Qt::Key, modifiers)
napi_value key(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  const auto code = static_cast<Qt::Key>(call.integer(1));
  const auto modifiers = static_cast<Qt::KeyboardModifiers>(call.integer(2));
  if (!call.failed()) QTest::keyClick(widget, code, modifiers);
  return nullptr;
}

// wheel(widget, delta): a notch is 120, upwards positive
napi_value wheel(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  const int delta = call.integer(1);
  if (call.failed()) return nullptr;
  const QPointF middle(widget->width() / 2.0, widget->height() / 2.0);
  QWheelEvent event(middle, widget->mapToGlobal(middle), QPoint(), QPoint(0, delta), Qt::NoButton, Qt::NoModifier,
                    Qt::NoScrollPhase, false);
  QCoreApplication::sendEvent(widget, &event);
  return nullptr;
}

// Drags something over a widget and drops it there: what takes it is the widget or the nearest one around it that takes
// drops, as with a real mouse.
void drop(QWidget *over, const QMimeData &content) {
  QWidget *taker = over;
  while (taker != nullptr && !taker->acceptDrops()) taker = taker->isWindow() ? nullptr : taker->parentWidget();
  if (taker == nullptr) return;
  QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &content, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(taker, &enter);
  if (!enter.isAccepted()) return;
  QDropEvent event(QPointF(5, 5), Qt::CopyAction, &content, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(taker, &event);
}

// dropFile(widget, path)
napi_value dropFile(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  const QString path = call.text(1);
  if (call.failed()) return nullptr;
  QMimeData content;
  content.setUrls({QUrl::fromLocalFile(path)});
  drop(widget, content);
  return nullptr;
}

// dropText(widget, text)
napi_value dropText(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  const QString text = call.text(1);
  if (call.failed()) return nullptr;
  QMimeData content;
  content.setText(text);
  drop(widget, content);
  return nullptr;
}

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

// pressButton(widget, text): clicks the button below it that says so
napi_value pressButton(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  const QString text = call.text(1);
  if (call.failed()) return nullptr;
  for (QAbstractButton *button : widget->findChildren<QAbstractButton *>()) {
    if (button->text() != text) continue;
    QTest::mouseClick(button, Qt::LeftButton);
    return nullptr;
  }
  napi_throw_error(env, nullptr, "there is no such button");
  return nullptr;
}

// What a screen reader knows by that name below a widget; nullptr, and an error in JavaScript, for nothing.
QWidget *partNamed(napi_env env, const QWidget *widget, const QString &name) {
  for (QWidget *part : widget->findChildren<QWidget *>())
    if (part->accessibleName() == name) return part;
  napi_throw_error(env, nullptr, "nothing has that name");
  return nullptr;
}

// clickNamed(widget, name)
napi_value clickNamed(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const QWidget *widget = call.widget();
  const QString name = call.text(1);
  if (call.failed()) return nullptr;
  if (QWidget *part = partNamed(env, widget, name)) QTest::mouseClick(part, Qt::LeftButton);
  return nullptr;
}

// doubleClickNamed(widget, name)
napi_value doubleClickNamed(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const QWidget *widget = call.widget();
  const QString name = call.text(1);
  if (call.failed()) return nullptr;
  if (QWidget *part = partNamed(env, widget, name)) QTest::mouseDClick(part, Qt::LeftButton);
  return nullptr;
}

// pressNamed(widget, name, Qt::Key, modifiers)
napi_value pressNamed(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const QWidget *widget = call.widget();
  const QString name = call.text(1);
  const auto code = static_cast<Qt::Key>(call.integer(2));
  const auto modifiers = static_cast<Qt::KeyboardModifiers>(call.integer(3));
  if (call.failed()) return nullptr;
  if (QWidget *part = partNamed(env, widget, name)) QTest::keyClick(part, code, modifiers);
  return nullptr;
}

// moveOver(widget, x, y): the mouse moves to a point of it, with no button pressed
napi_value moveOver(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  const QPoint at(call.integer(1), call.integer(2));
  if (call.failed()) return nullptr;
  QMouseEvent move(QEvent::MouseMove, at, widget->mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
  QCoreApplication::sendEvent(widget, &move);
  return nullptr;
}

// moveAway(widget): the mouse leaves it
napi_value moveAway(napi_env env, napi_callback_info info) {
  Call call(env, info);
  QWidget *widget = call.widget();
  if (call.failed()) return nullptr;
  QEvent leave(QEvent::Leave);
  QCoreApplication::sendEvent(widget, &leave);
  return nullptr;
}

// dragNamed(widget, name, fromX, fromY, byX, byY)
napi_value dragNamed(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const QWidget *widget = call.widget();
  const QString name = call.text(1);
  const QPoint from(call.integer(2), call.integer(3));
  const QPoint by(call.integer(4), call.integer(5));
  if (call.failed()) return nullptr;
  QWidget *part = partNamed(env, widget, name);
  if (part == nullptr) return nullptr;
  QTest::mousePress(part, Qt::LeftButton, Qt::NoModifier, from);
  // QTest::mouseMove holds no button.
  QMouseEvent move(QEvent::MouseMove, from + by, part->mapToGlobal(from + by), Qt::NoButton, Qt::LeftButton,
                   Qt::NoModifier);
  QCoreApplication::sendEvent(part, &move);
  QTest::mouseRelease(part, Qt::LeftButton, Qt::NoModifier, from + by);
  return nullptr;
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

// settle(): all that the X server has sent is delivered to the widgets when it returns
napi_value settle(napi_env, napi_callback_info) {
  // A thread of Qt takes the events from the connection: where the processor is busy it may hand them over only after
  // the X server has answered, and there is nothing to ask whether it has.
  for (int look = 0; look < 5; ++look) {
    QGuiApplication::sync();
    QThread::msleep(2);
  }
  QGuiApplication::sync();
  return nullptr;
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

napi_value init(napi_env env, napi_value exports) {
  define(env, exports, "click", click);
  define(env, exports, "doubleClick", doubleClick);
  define(env, exports, "type", type);
  define(env, exports, "key", key);
  define(env, exports, "wheel", wheel);
  define(env, exports, "dropFile", dropFile);
  define(env, exports, "dropText", dropText);
  define(env, exports, "tree", tree);
  define(env, exports, "texts", texts);
  define(env, exports, "tips", tips);
  define(env, exports, "inks", inks);
  define(env, exports, "pressButton", pressButton);
  define(env, exports, "clickNamed", clickNamed);
  define(env, exports, "moveOver", moveOver);
  define(env, exports, "moveAway", moveAway);
  define(env, exports, "doubleClickNamed", doubleClickNamed);
  define(env, exports, "pressNamed", pressNamed);
  define(env, exports, "dragNamed", dragNamed);
  define(env, exports, "sizeOf", sizeOf);
  define(env, exports, "widgetCount", widgetCount);
  define(env, exports, "settle", settle);
  define(env, exports, "frontTitle", frontTitle);
  define(env, exports, "focusName", focusName);
  define(env, exports, "place", place);
  define(env, exports, "frontTexts", frontTexts);
  return exports;
}

}  // namespace

NAPI_MODULE(input, init)
