// A histogram of durations with a bounded error; the same buckets as engine/histogram.ts.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

class Histogram {
 public:
  void record(uint64_t value_us) {
    ++counts_[index_of(value_us)];
    ++count_;
    max_us_ = std::max(max_us_, value_us);
  }

  uint64_t count() const { return count_; }

  // {"buckets":[[index,count],...],"maxUs":n}
  std::string json() const {
    std::string text = "{\"buckets\":[";
    bool first = true;
    for (size_t index = 0; index < counts_.size(); ++index) {
      if (counts_[index] == 0) continue;
      text += (first ? "[" : ",[") + std::to_string(index) + "," + std::to_string(counts_[index]) + "]";
      first = false;
    }
    return text + "],\"maxUs\":" + std::to_string(max_us_) + "}";
  }

 private:
  static constexpr unsigned kSubBits = 6;
  static constexpr unsigned kMaxExponent = 40;

  static size_t index_of(uint64_t value) {
    if (value < (1u << kSubBits)) return value;
    const unsigned exponent = std::min(kMaxExponent, 63u - static_cast<unsigned>(__builtin_clzll(value)));
    const uint64_t sub = std::min<uint64_t>((1u << kSubBits) - 1, (value >> (exponent - kSubBits)) - (1u << kSubBits));
    return (exponent - kSubBits + 1) * (1u << kSubBits) + sub;
  }

  std::vector<uint64_t> counts_ = std::vector<uint64_t>((kMaxExponent - kSubBits + 2) << kSubBits);
  uint64_t count_ = 0;
  uint64_t max_us_ = 0;
};

}  // namespace bench
