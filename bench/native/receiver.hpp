// Looks at what one connection receives, as thoroughly as its role asks; see engine/receiver.ts and engine/order.ts.
#pragma once
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "frames.hpp"
#include "tally.hpp"

namespace bench {

enum class Role { full, walk, bytes, stalled };

inline Role parse_role(const std::string& word) {
  if (word == "full") return Role::full;
  if (word == "walk") return Role::walk;
  if (word == "bytes") return Role::bytes;
  if (word == "stalled") return Role::stalled;
  throw std::runtime_error("unknown role: " + word);
}

// Follows the numbers of one sender's messages as one receiver sees them.
struct SenderTrack {
  static constexpr size_t kMaxRemembered = 100000;
  uint32_t sender = 0;
  uint64_t first = 0;
  uint64_t next = 0;
  uint64_t received = 0;
  uint64_t doubled = 0;
  uint64_t out_of_order = 0;
  std::set<uint64_t> missing;

  void see(uint64_t number) {
    if (number == next) {
      ++next;
      ++received;
    } else if (number > next) {
      for (uint64_t late = next; late < number && missing.size() < kMaxRemembered; ++late) missing.insert(late);
      next = number + 1;
      ++received;
    } else if (missing.erase(number) > 0) {
      ++out_of_order;
      ++received;
    } else {
      ++doubled;
    }
  }

  uint64_t lost(uint64_t end) const { return end > first + received ? end - first - received : 0; }
};

// One sender's frame and its unanswered messages.
struct Sender {
  uint32_t id = 0;
  bool acknowledged = false;
  bool echoed = true;
  std::string frame;
  size_t stamp_at = 0;
  uint64_t next = 0;
  std::deque<uint64_t> pending_us;

  // Appends `count` messages made at `now_us`.
  void make(std::string& out, uint64_t count, uint64_t now_us) {
    for (uint64_t index = 0; index < count; ++index) {
      write_stamp(frame.data() + stamp_at, Stamp{id, next++, now_us});
      out += frame;
      if (acknowledged) pending_us.push_back(now_us);
    }
  }
};

// See engine/receiver.ts.
inline Role possible_role(Role role, Format format, const Sender* sender) {
  if (role == Role::walk && (format != Format::prefixed || sender != nullptr)) return Role::full;
  if (role == Role::bytes && (format == Format::stamps || sender != nullptr)) return Role::full;
  return role;
}

using FirstNumbers = std::unordered_map<uint32_t, uint64_t>;

// A connection's receiving side. A frame that is cut by a read is kept in `rest`, and lies before the next read's bytes.
class Receiver {
 public:
  static constexpr uint32_t kSampleEvery = 64;

  Receiver(Role role, Format format, Sender* sender)
      : role(possible_role(role, format, sender)),
        format_(format),
        sender_(sender) {}

  Role role;
  uint64_t message_count = 0;
  uint64_t message_bytes = 0;
  std::string rest;

  void begin(const FirstNumbers* first_numbers, uint32_t first_sample) {
    first_numbers_ = first_numbers;
    tracks_.clear();
    last_track_ = 0;
    message_count = message_bytes = 0;
    until_sample_ = first_sample;
    rest.clear();
    skip_ = 0;
  }

  bool aligned() const { return format_ == Format::stamps || (rest.empty() && skip_ == 0); }

  // `data` begins with `rest`, which is then `rest` no more.
  void receive(const char* data, size_t bytes, Tally& tally, uint64_t now_us) {
    if (role == Role::walk) return walk(data, bytes, tally, now_us);
    const char* end = data + bytes;
    while (data < end) {
      const size_t length = frame_length(format_, data, static_cast<size_t>(end - data));
      if (length == 0 || length > static_cast<size_t>(end - data)) break;
      frame(data, length, tally, now_us);
      data += length;
    }
    rest.assign(data, static_cast<size_t>(end - data));
  }

  // Bytes that the kernel dropped for the role `bytes`.
  void dropped(size_t bytes, Tally& tally, uint64_t now_us) {
    message_bytes += bytes;
    if (tally.in_window(now_us)) tally.window_bytes += bytes;
  }

  const SenderTrack* track(uint32_t sender) const {
    for (const SenderTrack& track : tracks_)
      if (track.sender == sender) return &track;
    return nullptr;
  }

 private:
  void walk(const char* data, size_t bytes, Tally& tally, uint64_t now_us) {
    const size_t fresh = bytes - rest.size();
    message_bytes += fresh;
    if (tally.in_window(now_us)) tally.window_bytes += fresh;
    const char* end = data + bytes;
    if (skip_ >= bytes) {
      skip_ -= bytes;
      if (skip_ == 0) ++message_count;
      return;
    }
    if (skip_ > 0) ++message_count;
    data += skip_;
    skip_ = 0;
    while (end - data >= 4) {
      const size_t length = 4 + size_t{read_length(data)};
      if (length > static_cast<size_t>(end - data)) {
        skip_ = length - static_cast<size_t>(end - data);
        rest.clear();
        return;
      }
      ++message_count;
      if (--until_sample_ == 0) sample(data, length, tally, now_us);
      data += length;
    }
    rest.assign(data, static_cast<size_t>(end - data));
  }

  void sample(const char* data, size_t length, Tally& tally, uint64_t now_us) {
    until_sample_ = kSampleEvery;
    Stamp stamp;
    if (read_stamp(data, length, hint_, stamp, true)) tally.arrived(stamp.time_us, now_us);
  }

  void frame(const char* data, size_t length, Tally& tally, uint64_t now_us) {
    if (sender_ != nullptr && sender_->acknowledged && length > 6 && data[6] == 'a') {  // {"action", not {"event"
      if (sender_->pending_us.empty()) return;
      const bool accepted = memmem(data, length, "\"code\":200", 10) != nullptr;
      tally.answered(sender_->pending_us.front(), now_us, accepted);
      sender_->pending_us.pop_front();
      return;
    }
    Stamp stamp;
    if (!read_stamp(data, length, hint_, stamp, true)) return;
    ++message_count;
    message_bytes += length;
    if (tally.in_window(now_us)) tally.window_bytes += length;
    tally.arrived(stamp.time_us, now_us);
    track_of(stamp.sender).see(stamp.number);
  }

  // Senders take turns, so the one after the last seen is the likeliest.
  SenderTrack& track_of(uint32_t sender) {
    for (size_t step = 1; step <= tracks_.size(); ++step) {
      const size_t index = (last_track_ + step) % tracks_.size();
      if (tracks_[index].sender != sender) continue;
      last_track_ = index;
      return tracks_[index];
    }
    SenderTrack track;
    track.sender = sender;
    const auto first = first_numbers_->find(sender);
    track.first = track.next = first == first_numbers_->end() ? 0 : first->second;
    last_track_ = tracks_.size();
    tracks_.push_back(std::move(track));
    return tracks_.back();
  }

  Format format_;
  Sender* sender_;
  const FirstNumbers* first_numbers_ = nullptr;
  std::vector<SenderTrack> tracks_;
  size_t last_track_ = 0;
  size_t skip_ = 0;
  size_t hint_ = 0;
  uint32_t until_sample_ = kSampleEvery;
};

}  // namespace bench
