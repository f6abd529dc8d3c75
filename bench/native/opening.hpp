// Opens the connections that wait, a given number at a time; the command `connect`.
#pragma once
#include "settlement.hpp"

namespace bench {

class Opening {
 public:
  Opening(size_t parallel, uint64_t deadline_us) : parallel_(parallel), deadline_us_(deadline_us) {}

  // To be called now and then; true when all are open or have failed.
  bool advance(const Connections& connections, int epoll, const sockaddr_in& address) {
    const bool over = monotonic_us() > deadline_us_;
    std::vector<Connection*> still;
    for (Connection* connection : opening_) {
      if (over) connection->end("the deadline is over");
      if (connection->state == State::ready) steps_.record(connection->steps_us);
      else if (connection->state == State::closed) note_failure(connection->failure);
      else still.push_back(connection);
    }
    opening_.swap(still);
    for (; opening_.size() < parallel_ && next_ < connections.size(); ++next_) {
      Connection* connection = connections[next_].get();
      if (connection->state != State::waiting) continue;
      connection->open(epoll, address);
      opening_.push_back(connection);
    }
    return opening_.empty();
  }

  std::string json() const {
    return "{" + json_field("ready", steps_.count()) + json_field("failed", failed_) + "\"firstFailure\":\"" + first_failure_ +
           "\",\"stepsUs\":" + steps_.json() + "}";
  }

 private:
  // What a peer said last may hold anything; the answer is JSON.
  void note_failure(const std::string& reason) {
    if (++failed_ > 1) return;
    for (const char character : reason) {
      const bool is_plain = character >= ' ' && character <= '~' && character != '"' && character != '\\';
      first_failure_ += is_plain ? character : '.';
    }
  }

  size_t parallel_;
  uint64_t deadline_us_;
  size_t next_ = 0;
  size_t failed_ = 0;
  std::string first_failure_;
  std::vector<Connection*> opening_;
  Histogram steps_;
};

}  // namespace bench
