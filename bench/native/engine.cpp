// The native load engine: speaks engine/commands.ts, in one thread around epoll. Linux only.
#include <sys/timerfd.h>
#include <netdb.h>

#include <cstdio>
#include <optional>

#include "opening.hpp"
#include "pace.hpp"

namespace bench {

constexpr uint64_t kPollUs = 10000;
constexpr uint64_t kQuietUs = 50000;

class Engine {
 public:
  Engine() : epoll_(epoll_create1(EPOLL_CLOEXEC)), timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, 0, &event);
    event.data.ptr = this;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, timer_, &event);
  }

  void run() {
    std::vector<epoll_event> events(256);
    while (!quit_) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), active_ == Active::none ? -1 : 1);
      for (int index = 0; index < count; ++index) {
        void* source = events[static_cast<size_t>(index)].data.ptr;
        if (source == nullptr) read_commands();
        else if (source == this) disarm();
        else static_cast<Connection*>(source)->handle(events[static_cast<size_t>(index)].events, buffer_, tally_);
        if (active_ == Active::send && monotonic_us() >= pace_.next_us()) send_due();
      }
      advance();
      while (active_ == Active::none && !lines_.empty() && !quit_) next_command();
    }
  }

 private:
  enum class Active { none, connect, quiet, send, pipeline, settle };

  void read_commands() {
    char bytes[65536];
    const ssize_t count = read(0, bytes, sizeof bytes);
    if (count <= 0) {
      quit_ = true;
      return;
    }
    input_.append(bytes, static_cast<size_t>(count));
    size_t start = 0;
    for (size_t end = input_.find('\n'); end != std::string::npos; end = input_.find('\n', start)) {
      lines_.push_back(input_.substr(start, end - start));
      start = end + 1;
    }
    input_.erase(0, start);
  }

  void next_command() {
    const std::string line = lines_.front();
    lines_.pop_front();
    try {
      command(split(line, ' '));
    } catch (const std::exception& error) {
      answer("{\"error\":\"" + std::string(error.what()) + "\"}");
    }
  }

  void command(const std::vector<std::string>& words) {
    const std::string& name = words.at(0);
    if (name == "target") set_target(words);
    else if (name == "add") add(words);
    else if (name == "connect") start_connect(std::stoul(words.at(1)), std::stoull(words.at(2)));
    else if (name == "quiet") start_quiet(std::stoull(words.at(1)), std::stoull(words.at(2)));
    else if (name == "begin") begin(std::stoull(words.at(1)), std::stoull(words.at(2)));
    else if (name == "send") start_send(std::stod(words.at(1)), std::stoull(words.at(2)), std::stoull(words.at(3)));
    else if (name == "pipeline") start_pipeline(std::stoull(words.at(1)), std::stoull(words.at(3)));
    else if (name == "settle") start_settle(words);
    else if (name == "quit") quit_ = true;
    else throw std::runtime_error("unknown command: " + name);
  }

  static void answer(const std::string& json) {
    std::fputs((json + "\n").c_str(), stdout);
    std::fflush(stdout);
  }

  void set_target(const std::vector<std::string>& words) {
    addrinfo hints{};
    hints.ai_family = AF_INET;
    addrinfo* found = nullptr;
    if (getaddrinfo(words.at(1).c_str(), words.at(2).c_str(), &hints, &found) != 0) throw std::runtime_error("no such host");
    memcpy(&address_, found->ai_addr, sizeof address_);
    freeaddrinfo(found);
    format_ = parse_format(words.at(3));
  }

  // add ROLE GROUP STEPS [SENDER ACKNOWLEDGED ECHOED FRAME]
  void add(const std::vector<std::string>& words) {
    std::vector<Step> steps;
    if (words.at(3) != "-") {
      for (const std::string& step : split(words.at(3), ',')) {
        const auto parts = split(step, ':');
        steps.push_back({unhex(parts.at(0)), unhex(parts.at(1))});
      }
    }
    std::unique_ptr<Sender> sender;
    if (words.size() > 4) {
      sender = std::make_unique<Sender>();
      sender->id = static_cast<uint32_t>(std::stoul(words.at(4)));
      sender->acknowledged = words.at(5) == "1";
      sender->echoed = words.at(6) == "1";
      sender->frame = unhex(words.at(7));
      sender->stamp_at = sender->frame.find("~b");
      if (sender->stamp_at == std::string::npos) throw std::runtime_error("a sender's frame holds no stamp");
    }
    const auto group = static_cast<uint32_t>(std::stoul(words.at(2)));
    connections_.push_back(std::make_unique<Connection>(parse_role(words.at(1)), group, std::move(steps), std::move(sender), format_));
    if (connections_.back()->sender) senders_.push_back(connections_.back().get());
  }

  void start_connect(size_t parallel, uint64_t deadline_ms) {
    active_ = Active::connect;
    opening_.emplace(parallel, monotonic_us() + deadline_ms * 1000);
  }

  void advance_connect() {
    if (!opening_->advance(connections_, epoll_, address_)) return;
    active_ = Active::none;
    answer(opening_->json());
  }

  void start_quiet(uint64_t quiet_ms, uint64_t deadline_ms) {
    active_ = Active::quiet;
    quiet_us_ = quiet_ms * 1000;
    deadline_us_ = monotonic_us() + deadline_ms * 1000;
    next_poll_us_ = 0;
    received_bytes_ = UINT64_MAX;
  }

  void advance_quiet() {
    const uint64_t now = monotonic_us();
    if (now < next_poll_us_) return;
    uint64_t received = 0;
    for (const auto& connection : connections_) received += connection->received_bytes;
    const bool over = received == received_bytes_ || now > deadline_us_;
    received_bytes_ = received;
    next_poll_us_ = now + quiet_us_;
    if (!over) return;
    active_ = Active::none;
    answer("{}");
  }

  void begin(uint64_t from_us, uint64_t to_us) {
    tally_ = Tally();
    tally_.from_us = from_us;
    tally_.to_us = to_us;
    for (const auto& connection : connections_)
      connection->receiver.begin(&first_numbers_, 1 + static_cast<uint32_t>(random()) % Receiver::kSampleEvery);
    answer("{}");
  }

  void start_send(double per_sec, uint64_t from_us, uint64_t to_us) {
    active_ = Active::send;
    pace_ = Pace(per_sec, from_us, to_us);
    arm(pace_.next_us());
  }

  void send_due() {
    pace_.send_due(senders_, tally_);
    arm(pace_.next_us());
  }

  void advance_send() {
    if (monotonic_us() >= pace_.next_us()) send_due();
    if (pace_.is_over() || tally_.overloaded) finish_send();
  }

  void start_pipeline(uint64_t window, uint64_t to_us) {
    active_ = Active::pipeline;
    pipelined_ = window;
    deadline_us_ = to_us;
    pace_ = Pace();
  }

  void advance_pipeline() {
    const uint64_t now = monotonic_us();
    if (now >= deadline_us_) return finish_send();
    for (Connection* connection : senders_) {
      const uint64_t under_way = connection->sender->pending_us.size();
      if (pipelined_ > under_way) send_messages(*connection, pipelined_ - under_way, now, tally_);
    }
  }

  void finish_send() {
    active_ = Active::none;
    std::string sent;
    for (const Connection* connection : senders_)
      sent += (sent.empty() ? "[" : ",[") + std::to_string(connection->sender->id) + "," + std::to_string(connection->sender->next) + "]";
    answer("{\"sent\":[" + sent + "],\"overloaded\":" + (tally_.overloaded ? "true" : "false") + ",\"latenessUs\":" + pace_.lateness().json() + "}");
  }

  // settle DEADLINE_MS ID:GROUP:FROM:TO...
  void start_settle(const std::vector<std::string>& words) {
    active_ = Active::settle;
    deadline_us_ = monotonic_us() + std::stoull(words.at(1)) * 1000;
    next_poll_us_ = quiet_until_us_ = 0;
    sent_.clear();
    for (size_t index = 2; index < words.size(); ++index) {
      const auto parts = split(words[index], ':');
      const auto number = [&](size_t part) { return std::stoull(parts.at(part)); };
      sent_.push_back({static_cast<uint32_t>(number(0)), static_cast<uint32_t>(number(1)), number(2), number(3)});
    }
  }

  void advance_settle() {
    const uint64_t now = monotonic_us();
    if (quiet_until_us_ == 0) {
      if (now < next_poll_us_) return;
      next_poll_us_ = now + kPollUs;
      uint64_t unanswered = 0;
      for (const Connection* connection : senders_) unanswered += connection->sender->pending_us.size();
      if ((unanswered > 0 || compare_received(connections_, sent_).missing() > 0) && now < deadline_us_) return;
      quiet_until_us_ = now + kQuietUs;
    }
    if (now < quiet_until_us_) return;
    active_ = Active::none;
    for (const SentCount& sent : sent_) first_numbers_[sent.id] = sent.to;
    answer("{" + compare_received(connections_, sent_).json() + json_field("acknowledged", tally_.acknowledged) + json_field("refused", tally_.refused) +
           json_field("windowBytes", tally_.window_bytes) + json_field("windowAcknowledged", tally_.window_acknowledged) +
           json_field("cpuUs", tally_.spent_cpu_us()) + json_field("wallUs", tally_.spent_wall_us()) +
           "\"latencyUs\":" + tally_.latency.json() + ",\"acknowledgeUs\":" + tally_.acknowledge.json() + "}");
  }

  void advance() {
    tally_.mark(monotonic_us());
    if (active_ == Active::connect) advance_connect();
    else if (active_ == Active::quiet) advance_quiet();
    else if (active_ == Active::send) advance_send();
    else if (active_ == Active::pipeline) advance_pipeline();
    else if (active_ == Active::settle) advance_settle();
  }

  void arm(uint64_t at_us) const {
    itimerspec time{};
    time.it_value.tv_sec = static_cast<time_t>(at_us / 1000000u);
    time.it_value.tv_nsec = static_cast<long>(at_us % 1000000u) * 1000;
    timerfd_settime(timer_, TFD_TIMER_ABSTIME, &time, nullptr);
  }

  void disarm() const {
    uint64_t expirations;
    if (::read(timer_, &expirations, sizeof expirations) < 0 && errno != EAGAIN) throw std::runtime_error(strerror(errno));
  }

  int epoll_;
  int timer_;
  bool quit_ = false;
  Active active_ = Active::none;
  std::string input_;
  std::deque<std::string> lines_;
  sockaddr_in address_{};
  Format format_ = Format::prefixed;
  Connections connections_;
  Senders senders_;
  std::vector<char> buffer_ = std::vector<char>(Connection::kReadBytes);
  Tally tally_;
  FirstNumbers first_numbers_;
  uint64_t deadline_us_ = 0;
  std::optional<Opening> opening_;
  Pace pace_;
  uint64_t pipelined_ = 0;
  // quiet
  uint64_t quiet_us_ = 0, received_bytes_ = 0;
  // settle
  uint64_t next_poll_us_ = 0, quiet_until_us_ = 0;
  std::vector<SentCount> sent_;
};

}  // namespace bench

int main() {
  bench::Engine().run();
  return 0;
}
