// One connection of the native engine: its first steps, then receiving; what it sends waits in `out`.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "receiver.hpp"

namespace bench {

struct Step {
  std::string send;
  std::string until;
};

enum class State { waiting, connecting, stepping, ready, closed };

class Connection {
 public:
  static constexpr size_t kReadBytes = 256 * 1024;
  static constexpr size_t kMaxRestBytes = 8 * 1024 * 1024;

  Connection(Role planned_role, uint32_t group_number, std::vector<Step> planned_steps, std::unique_ptr<Sender> planned_sender,
             Format format)
      : role(planned_role),
        group(group_number),
        sender(std::move(planned_sender)),
        receiver(planned_role, format, sender.get()),
        steps_(std::move(planned_steps)) {}
  ~Connection() { end("the engine ends"); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const Role role;
  const uint32_t group;
  const std::unique_ptr<Sender> sender;
  Receiver receiver;
  State state = State::waiting;
  std::string failure;
  uint64_t steps_us = 0;
  uint64_t received_bytes = 0;
  std::string out;

  void open(int epoll, const sockaddr_in& address) {
    epoll_ = epoll;
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return end(strerror(errno));
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    state = State::connecting;
    watch(EPOLL_CTL_ADD, EPOLLOUT);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 && errno != EINPROGRESS) end(strerror(errno));
  }

  void handle(uint32_t events, std::vector<char>& buffer, Tally& tally) {
    if (state == State::connecting) return finish_connect();
    if ((events & EPOLLOUT) != 0) flush();
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && state != State::closed) read(buffer, tally);
  }

  // Writes what waits; the rest goes out when the socket takes it.
  void flush() {
    size_t written = 0;
    while (written < out.size()) {
      const ssize_t count = ::send(fd_, out.data() + written, out.size() - written, MSG_NOSIGNAL);
      if (count < 0) {
        if (errno != EAGAIN) return end(strerror(errno));
        break;
      }
      written += static_cast<size_t>(count);
    }
    out.erase(0, written);
    const bool blocked = !out.empty();
    const uint32_t reading = stalled() ? 0u : uint32_t{EPOLLIN};
    if (blocked != blocked_) watch(EPOLL_CTL_MOD, blocked ? reading | uint32_t{EPOLLOUT} : reading);
    blocked_ = blocked;
  }

  void end(const std::string& reason) {
    if (state == State::closed) return;
    if (state != State::ready) {
      const std::string heard = answer_.substr(answer_.size() - std::min<size_t>(answer_.size(), 200));
      failure = reason + "; last heard: " + (heard.empty() ? "nothing" : heard);
    }
    state = State::closed;
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  bool stalled() const { return role == Role::stalled && state == State::ready; }

  void watch(int operation, uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = this;
    epoll_ctl(epoll_, operation, fd_, &event);
  }

  void finish_connect() {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return end(strerror(error));
    state = State::stepping;
    started_us_ = monotonic_us();
    watch(EPOLL_CTL_MOD, EPOLLIN);
    next_step();
  }

  // Sends the next step; one that waits for nothing is followed at once by the one after it.
  void next_step() {
    for (; step_ < steps_.size(); ++step_) {
      out += steps_[step_].send;
      if (!out.empty()) flush();
      if (state == State::closed) return;
      if (!steps_[step_].until.empty()) return;
    }
    state = State::ready;
    steps_us = monotonic_us() - started_us_;
    answer_.clear();
    answer_.shrink_to_fit();
    if (stalled()) watch(EPOLL_CTL_MOD, 0);
  }

  void read(std::vector<char>& buffer, Tally& tally) {
    if (state == State::ready && receiver.role == Role::bytes) return drop(buffer, tally);
    const size_t rest = receiver.rest.size();
    if (rest > kMaxRestBytes) return end("a frame is too long");
    if (buffer.size() < rest + kReadBytes) buffer.resize(rest + kReadBytes);
    memcpy(buffer.data(), receiver.rest.data(), rest);
    const ssize_t count = recv(fd_, buffer.data() + rest, kReadBytes, 0);
    if (count <= 0) return closed_by_peer(count);
    received_bytes += static_cast<size_t>(count);
    if (state == State::ready) {
      receiver.receive(buffer.data(), rest + static_cast<size_t>(count), tally, monotonic_us());
      return;
    }
    answer_.append(buffer.data(), static_cast<size_t>(count));
    if (answer_.size() > kMaxRestBytes) return end("an answer is too long");
    if (answer_.find(steps_[step_].until) == std::string::npos) return;
    answer_.clear();
    ++step_;
    next_step();
  }

  // MSG_TRUNC on TCP (tcp(7)): the kernel drops the bytes without copying them.
  void drop(std::vector<char>& buffer, Tally& tally) {
    const ssize_t count = recv(fd_, buffer.data(), size_t{1} << 30, MSG_TRUNC);
    if (count <= 0) return closed_by_peer(count);
    received_bytes += static_cast<size_t>(count);
    receiver.dropped(static_cast<size_t>(count), tally, monotonic_us());
  }

  void closed_by_peer(ssize_t count) {
    if (count < 0 && errno == EAGAIN) return;
    end(count < 0 ? strerror(errno) : "closed by the target");
  }

  int epoll_ = -1;
  int fd_ = -1;
  bool blocked_ = false;
  std::vector<Step> steps_;
  size_t step_ = 0;
  uint64_t started_us_ = 0;
  std::string answer_;
};

}  // namespace bench
