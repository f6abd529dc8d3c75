// Compares what every connection received with what was sent to its group; see engine/settlement.ts.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "connection.hpp"
#include "words.hpp"

namespace bench {

struct SentCount {
  uint32_t id = 0;
  uint32_t group = 0;
  uint64_t from = 0;
  uint64_t to = 0;
};

struct Settlement {
  uint64_t receivers = 0, delivered = 0, expected = 0, lost = 0, doubled = 0, out_of_order = 0, differing = 0, closed = 0;
  uint64_t total_bytes = 0, counted_frames = 0, counted_bytes = 0;

  uint64_t missing() const { return lost + differing; }

  std::string json() const {
    return json_field("receivers", receivers) + json_field("delivered", delivered) + json_field("expected", expected) +
           json_field("lost", lost) + json_field("doubled", doubled) + json_field("outOfOrder", out_of_order) +
           json_field("differing", differing) + json_field("closed", closed) + json_field("totalBytes", total_bytes) +
           json_field("countedFrames", counted_frames) + json_field("countedBytes", counted_bytes);
  }
};

using Connections = std::vector<std::unique_ptr<Connection>>;
// By group: the first connection that was read in full and does not send.
using References = std::unordered_map<uint32_t, const Receiver*>;

inline References references_of(const Connections& connections) {
  References references;
  for (const auto& connection : connections)
    if (connection->receiver.role == Role::full && !connection->sender) references.emplace(connection->group, &connection->receiver);
  return references;
}

inline void add_full(Settlement& sums, const Connection& connection, const std::vector<SentCount>& expected) {
  for (const SentCount& sent : expected) {
    const SenderTrack* track = connection.receiver.track(sent.id);
    sums.lost += track == nullptr ? sent.to - sent.from : track->lost(sent.to);
    sums.doubled += track == nullptr ? 0 : track->doubled;
    sums.out_of_order += track == nullptr ? 0 : track->out_of_order;
  }
}

inline void add_connection(Settlement& sums, const Connection& connection, const std::vector<SentCount>& expected, const Receiver* reference) {
  uint64_t wanted = 0;
  for (const SentCount& sent : expected) wanted += sent.to - sent.from;
  const Receiver& receiver = connection.receiver;
  const bool same = reference != nullptr && receiver.message_bytes == reference->message_bytes;
  ++sums.receivers;
  sums.expected += wanted;
  sums.total_bytes += receiver.message_bytes;
  if (connection.state == State::closed) ++sums.closed;
  if (receiver.role == Role::bytes) {
    sums.differing += same ? 0 : 1;
    sums.delivered += same ? reference->message_count : 0;
    return;
  }
  sums.delivered += receiver.message_count;
  sums.counted_frames += receiver.message_count;
  sums.counted_bytes += receiver.message_bytes;
  if (!receiver.aligned() || (receiver.role == Role::walk && reference != nullptr && !same)) ++sums.differing;
  if (receiver.role == Role::full) return add_full(sums, connection, expected);
  sums.lost += wanted > receiver.message_count ? wanted - receiver.message_count : 0;
  sums.doubled += receiver.message_count > wanted ? receiver.message_count - wanted : 0;
}

inline Settlement compare_received(const Connections& connections, const std::vector<SentCount>& sent) {
  const References references = references_of(connections);
  std::unordered_map<uint32_t, std::vector<SentCount>> by_group;
  for (const SentCount& count : sent) by_group[count.group].push_back(count);
  Settlement sums;
  for (const auto& connection : connections) {
    if (connection->role == Role::stalled) continue;
    const auto reference = references.find(connection->group);
    const Receiver* same_group = reference == references.end() ? nullptr : reference->second;
    const std::vector<SentCount>& all = by_group[connection->group];
    if (!connection->sender || connection->sender->echoed) {
      add_connection(sums, *connection, all, same_group);
      continue;
    }
    std::vector<SentCount> others;
    for (const SentCount& count : all)
      if (count.id != connection->sender->id) others.push_back(count);
    add_connection(sums, *connection, others, same_group);
  }
  return sums;
}

}  // namespace bench
