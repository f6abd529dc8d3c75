// The cursor of a QTextEdit, which NodeGui's wrapper leaves out: what is selected, and other texts in its place.
//
// Widgets come as the pointers that NodeGui gives of them. Places count UTF-16 units from the beginning, as JavaScript
// and Qt both do.
#include <node_api.h>

#include <QtGui/QTextCursor>
#include <QtWidgets/QTextEdit>

#include <vector>

#include "functions.h"

namespace {

constexpr size_t kMaxArguments = 4;

struct Call {
  QTextEdit *edit = nullptr;
  int from = 0;
  int to = 0;
  QString text;
};

// Throws a TypeError in JavaScript, and returns false, where the first argument is no text field.
bool readCall(napi_env env, napi_callback_info info, Call *call) {
  size_t count = kMaxArguments;
  napi_value arguments[kMaxArguments] = {};
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  void *pointer = nullptr;
  if (count > 0) napi_get_value_external(env, arguments[0], &pointer);
  call->edit = qobject_cast<QTextEdit *>(static_cast<QObject *>(pointer));
  if (call->edit == nullptr) {
    napi_throw_type_error(env, nullptr, "the widget is not a text field");
    return false;
  }
  if (count > 1) napi_get_value_int32(env, arguments[1], &call->from);
  if (count > 2) napi_get_value_int32(env, arguments[2], &call->to);
  size_t length = 0;
  if (count > 3 && napi_get_value_string_utf16(env, arguments[3], nullptr, 0, &length) == napi_ok) {
    std::vector<char16_t> units(length + 1);
    napi_get_value_string_utf16(env, arguments[3], units.data(), units.size(), &length);
    call->text = QString::fromUtf16(units.data(), static_cast<qsizetype>(length));
  }
  return true;
}

QTextCursor cursorOver(const Call &call) {
  QTextCursor cursor = call.edit->textCursor();
  const int last = call.edit->document()->characterCount() - 1;
  cursor.setPosition(qBound(0, call.from, last));
  cursor.setPosition(qBound(0, call.to, last), QTextCursor::KeepAnchor);
  return cursor;
}

// selection(edit): [anchor, position]; equal where nothing is selected
napi_value selection(napi_env env, napi_callback_info info) {
  Call call;
  if (!readCall(env, info, &call)) return nullptr;
  const QTextCursor cursor = call.edit->textCursor();
  napi_value result = nullptr;
  napi_value value = nullptr;
  napi_create_array_with_length(env, 2, &result);
  napi_create_int32(env, cursor.anchor(), &value);
  napi_set_element(env, result, 0, value);
  napi_create_int32(env, cursor.position(), &value);
  napi_set_element(env, result, 1, value);
  return result;
}

// select(edit, anchor, position)
napi_value select(napi_env env, napi_callback_info info) {
  Call call;
  if (readCall(env, info, &call)) call.edit->setTextCursor(cursorOver(call));
  return nullptr;
}

// replace(edit, from, to, text): as one step that can be undone
napi_value replace(napi_env env, napi_callback_info info) {
  Call call;
  if (readCall(env, info, &call)) cursorOver(call).insertText(call.text);
  return nullptr;
}

// cursorRect(edit): [x, y, height] of the cursor, in the field's viewport
napi_value cursorRect(napi_env env, napi_callback_info info) {
  Call call;
  if (!readCall(env, info, &call)) return nullptr;
  const QRect rect = call.edit->cursorRect();
  const int numbers[] = {rect.x(), rect.y(), rect.height()};
  napi_value result = nullptr;
  napi_create_array_with_length(env, 3, &result);
  for (uint32_t index = 0; index < 3; index += 1) {
    napi_value value = nullptr;
    napi_create_int32(env, numbers[index], &value);
    napi_set_element(env, result, index, value);
  }
  return result;
}

napi_value init(napi_env env, napi_value exports) {
  define(env, exports, "selection", selection);
  define(env, exports, "select", select);
  define(env, exports, "replace", replace);
  define(env, exports, "cursorRect", cursorRect);
  return exports;
}

}  // namespace

NAPI_MODULE(text_cursor, init)
