// Test-only addon that plays the user: it sends mouse, key, wheel and drop events to widgets, also without a display.
//
// Every function takes a widget as `widget.native.__external_qobject__()` first.
#include <node_api.h>

#include <QtTest/QTest>
#include <QtWidgets/QtWidgets>

#include "../../../gui/native/functions.h"
#include "call.h"
#include "sight.h"

namespace {

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

napi_value init(napi_env env, napi_value exports) {
  define(env, exports, "click", click);
  define(env, exports, "doubleClick", doubleClick);
  define(env, exports, "type", type);
  define(env, exports, "key", key);
  define(env, exports, "wheel", wheel);
  define(env, exports, "dropFile", dropFile);
  define(env, exports, "dropText", dropText);
  define(env, exports, "pressButton", pressButton);
  define(env, exports, "clickNamed", clickNamed);
  define(env, exports, "moveOver", moveOver);
  define(env, exports, "moveAway", moveAway);
  define(env, exports, "doubleClickNamed", doubleClickNamed);
  define(env, exports, "pressNamed", pressNamed);
  define(env, exports, "dragNamed", dragNamed);
  define(env, exports, "settle", settle);
  defineSight(env, exports);
  return exports;
}

}  // namespace

NAPI_MODULE(input, init)
