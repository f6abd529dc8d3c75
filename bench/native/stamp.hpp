// The stamp in a load message's text; the same form as engine/stamp.ts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>

namespace bench {

constexpr size_t kStampBytes = 34;

struct Stamp {
  uint32_t sender = 0;
  uint64_t number = 0;
  uint64_t time_us = 0;
};

inline uint64_t monotonic_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000u + static_cast<uint64_t>(now.tv_nsec) / 1000u;
}

inline void write_digits(char* at, size_t count, uint64_t value) {
  for (size_t index = count; index-- > 0;) {
    at[index] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

inline uint64_t read_digits(const char* at, size_t count) {
  uint64_t value = 0;
  for (size_t index = 0; index < count; ++index) value = value * 10 + static_cast<uint64_t>(at[index] - '0');
  return value;
}

inline void write_stamp(char* at, const Stamp& stamp) {
  write_digits(at + 2, 5, stamp.sender);
  write_digits(at + 7, 10, stamp.number);
  write_digits(at + 17, 16, stamp.time_us);
}

// Finds the first stamp in a frame. `hint` is the place of the last one in a frame of the same stream: nearly always
// it is there again. With `with_time` false the time is left alone, which saves half of the digits.
inline bool read_stamp(const char* frame, size_t bytes, size_t& hint, Stamp& stamp, bool with_time) {
  size_t at = hint;
  if (at + kStampBytes > bytes || frame[at] != '~' || frame[at + 1] != 'b' || frame[at + kStampBytes - 1] != '~') {
    const void* found = memmem(frame, bytes, "~b", 2);
    if (found == nullptr) return false;
    at = static_cast<size_t>(static_cast<const char*>(found) - frame);
    if (at + kStampBytes > bytes || frame[at + kStampBytes - 1] != '~') return false;
    hint = at;
  }
  stamp.sender = static_cast<uint32_t>(read_digits(frame + at + 2, 5));
  stamp.number = read_digits(frame + at + 7, 10);
  if (with_time) stamp.time_us = read_digits(frame + at + 17, 16);
  return true;
}

}  // namespace bench
