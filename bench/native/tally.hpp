// What the engine counts over all its connections between `begin` and `settle`; see engine/tally.ts.
#pragma once
#include <sys/resource.h>

#include <cstdint>

#include "histogram.hpp"
#include "stamp.hpp"

namespace bench {

// Seen latency beyond which sending stops early: the target is hopelessly behind, and the backlog must stay bounded.
constexpr uint64_t kGiveUpUs = 1500000;

inline uint64_t cpu_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) { return static_cast<uint64_t>(time.tv_sec) * 1000000u + static_cast<uint64_t>(time.tv_usec); };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

struct Tally {
  uint64_t from_us = 0;
  uint64_t to_us = 0;
  Histogram latency;
  Histogram acknowledge;
  uint64_t window_bytes = 0;
  uint64_t acknowledged = 0;
  uint64_t window_acknowledged = 0;
  uint64_t refused = 0;
  bool overloaded = false;
  // CPU time and clock at the window's two ends, as nearly as it was noted; 0 until then.
  uint64_t cpu_from_us = 0, clock_from_us = 0;
  uint64_t cpu_to_us = 0, clock_to_us = 0;

  bool in_window(uint64_t time_us) const { return time_us >= from_us && time_us < to_us; }

  // To be called now and then; notes the CPU time when the window begins and ends.
  void mark(uint64_t now_us) {
    if (clock_from_us == 0 && now_us >= from_us) {
      cpu_from_us = cpu_us();
      clock_from_us = now_us;
    }
    if (clock_to_us == 0 && now_us >= to_us) {
      cpu_to_us = cpu_us();
      clock_to_us = now_us;
    }
  }

  // Within the window, or as much of it as is over.
  uint64_t spent_cpu_us() const { return clock_from_us == 0 ? 0 : (clock_to_us == 0 ? cpu_us() : cpu_to_us) - cpu_from_us; }
  uint64_t spent_wall_us() const { return clock_from_us == 0 ? 1 : (clock_to_us == 0 ? monotonic_us() : clock_to_us) - clock_from_us + 1; }

  void arrived(uint64_t made_us, uint64_t now_us) {
    const uint64_t took = now_us > made_us ? now_us - made_us : 0;
    if (in_window(made_us)) latency.record(took);
    if (took > kGiveUpUs) overloaded = true;
  }

  void answered(uint64_t made_us, uint64_t now_us, bool accepted) {
    if (!accepted) {
      ++refused;
      return;
    }
    ++acknowledged;
    if (in_window(made_us)) acknowledge.record(now_us - made_us);
    if (in_window(now_us)) ++window_acknowledged;
    if (now_us - made_us > kGiveUpUs) overloaded = true;
  }
};

}  // namespace bench
