// Calls of the addon's functions: their arguments, converted, and their results.
#pragma once

#include <node_api.h>

#include <QtWidgets/QtWidgets>

#include <vector>

inline constexpr size_t kMaxArguments = 6;

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

inline napi_value textValue(napi_env env, const QString &text) {
  const QByteArray bytes = text.toUtf8();
  napi_value result = nullptr;
  napi_create_string_utf8(env, bytes.constData(), static_cast<size_t>(bytes.size()), &result);
  return result;
}

// What a screen reader knows by that name below a widget; nullptr, and an error in JavaScript, for nothing.
inline QWidget *partNamed(napi_env env, const QWidget *widget, const QString &name) {
  for (QWidget *part : widget->findChildren<QWidget *>())
    if (part->accessibleName() == name) return part;
  napi_throw_error(env, nullptr, "nothing has that name");
  return nullptr;
}
