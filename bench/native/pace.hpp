// When messages are sent: at a steady rate whatever the target does, or as fast as it answers; see engine/pacer.ts.
#pragma once
#include <cmath>

#include "connection.hpp"

namespace bench {

// Messages that fall due within this time are sent together, so that sending leaves the core to receiving.
constexpr uint64_t kSendQuantumUs = 200;
constexpr size_t kMaxUnsentBytes = 64u << 20;

using Senders = std::vector<Connection*>;

inline void send_messages(Connection& connection, uint64_t count, uint64_t now_us, Tally& tally) {
  if (count == 0 || connection.state != State::ready) return;
  connection.sender->make(connection.out, count, now_us);
  connection.flush();
  if (connection.out.size() > kMaxUnsentBytes) tally.overloaded = true;
}

// Message i is due at from + i / rate, and is of sender i modulo their count.
class Pace {
 public:
  Pace() = default;
  Pace(double per_sec, uint64_t from_us, uint64_t to_us)
      : per_us_(per_sec / 1e6),
        from_us_(from_us),
        total_(static_cast<uint64_t>(std::floor(static_cast<double>(to_us - from_us) * per_us_))),
        next_us_(from_us) {}

  uint64_t next_us() const { return next_us_; }
  bool is_over() const { return made_ >= total_; }
  const Histogram& lateness() const { return lateness_; }

  // Makes the messages that are due.
  void send_due(const Senders& senders, Tally& tally) {
    const uint64_t now = monotonic_us();
    if (now < from_us_) return;
    const uint64_t due = std::min(total_, static_cast<uint64_t>(static_cast<double>(now - from_us_) * per_us_) + 1);
    if (due > made_ && !senders.empty()) {
      lateness_.record(now - std::min(now, due_us(made_)));
      const uint64_t count = senders.size();
      for (uint64_t index = 0; index < count; ++index) {
        const auto up_to = [&](uint64_t all) { return all > index ? (all - index + count - 1) / count : 0; };
        send_messages(*senders[index], up_to(due) - up_to(made_), now, tally);
      }
      made_ = due;
    }
    next_us_ = std::max(now + kSendQuantumUs, due_us(made_));
  }

 private:
  uint64_t due_us(uint64_t index) const { return from_us_ + static_cast<uint64_t>(static_cast<double>(index) / per_us_); }

  double per_us_ = 0;
  uint64_t from_us_ = 0;
  uint64_t total_ = 0;
  uint64_t made_ = 0;
  uint64_t next_us_ = 0;
  Histogram lateness_;
};

}  // namespace bench
