// Where a frame ends in a target's byte stream; the same formats as engine/frames.ts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

namespace bench {

enum class Format { prefixed, lines, mqtt, nats, stamps };

inline Format parse_format(const std::string& word) {
  if (word == "prefixed") return Format::prefixed;
  if (word == "lines") return Format::lines;
  if (word == "mqtt") return Format::mqtt;
  if (word == "nats") return Format::nats;
  if (word == "stamps") return Format::stamps;
  throw std::runtime_error("unknown frame format: " + word);
}

inline uint32_t read_length(const char* at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return __builtin_bswap32(value);
}

inline size_t line_length(const char* at, size_t bytes) {
  const void* newline = memchr(at, '\n', bytes);
  return newline == nullptr ? 0 : static_cast<size_t>(static_cast<const char*>(newline) - at) + 1;
}

// MQTT 3.1.1, 2.2: a type byte, the remaining length in 7-bit groups (lowest first), then that many bytes.
inline size_t mqtt_length(const char* at, size_t bytes) {
  size_t remaining = 0;
  for (size_t index = 1; index <= 4; ++index) {
    if (index >= bytes) return 0;
    const auto byte = static_cast<unsigned char>(at[index]);
    remaining += static_cast<size_t>(byte & 0x7f) << (7 * (index - 1));
    if (byte < 0x80) return 1 + index + remaining;
  }
  throw std::runtime_error("a remaining length of MQTT has more than 4 bytes");
}

// A NATS line; after `MSG <subject> <sid> [reply] <bytes>` that many bytes and CR LF follow.
inline size_t nats_length(const char* at, size_t bytes) {
  const size_t line = line_length(at, bytes);
  if (line < 8 || memcmp(at, "MSG ", 4) != 0) return line;
  const void* space = memrchr(at, ' ', line);
  return line + static_cast<size_t>(strtoul(static_cast<const char*>(space) + 1, nullptr, 10)) + 2;
}

// For streams without an outer frame (XML): up to the end of the next stamp.
inline size_t stamp_length(const char* at, size_t bytes) {
  const void* mark = memmem(at, bytes, "~b", 2);
  if (mark == nullptr) return 0;
  const char* inner = static_cast<const char*>(mark) + 2;
  const void* close = memchr(inner, '~', static_cast<size_t>(at + bytes - inner));
  return close == nullptr ? 0 : static_cast<size_t>(static_cast<const char*>(close) - at) + 1;
}

// Bytes of the frame at `at`, 0 when that cannot be told from the `bytes` that are there; it may be longer than those.
inline size_t frame_length(Format format, const char* at, size_t bytes) {
  switch (format) {
    case Format::prefixed:
      return bytes < 4 ? 0 : 4 + size_t{read_length(at)};
    case Format::lines:
      return line_length(at, bytes);
    case Format::mqtt:
      return mqtt_length(at, bytes);
    case Format::nats:
      return nats_length(at, bytes);
    case Format::stamps:
      return stamp_length(at, bytes);
  }
  return 0;
}

}  // namespace bench
