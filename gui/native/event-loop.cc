// Qt on the event loop of a stock Node: libuv drives GLib's main context, which drives Qt on Linux.
//
// NodeGui expects to be loaded by qode, a fork of Node that merges both loops. This addon takes the fork's place:
// it defines the two symbols that NodeGui's addon asks of qode, and it hooks three libuv handles into Node's loop:
//
//   prepare   before libuv sleeps: ask GLib which descriptors to watch and when its next timer is due
//   poll,     wake libuv for just those
//   timer,
//   idle
//   check     after libuv woke: let GLib (and so Qt) handle what is ready
//
// Nothing is polled: without events the process uses no CPU. Everything happens on Node's main thread.
#include <node_api.h>
#include <uv.h>

#include <glib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/mman.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QEvent>
#include <QtWidgets/QSystemTrayIcon>

#include <cstdint>
#include <cstdio>
#include <unordered_map>
#include <vector>

#include "functions.h"

namespace qode {
// NodeGui makes its QApplication from these; the name becomes the window class under X11.
static char programName[] = "messenger";
static char *arguments[] = {programName, nullptr};
__attribute__((visibility("default"))) int qode_argc = 1;
__attribute__((visibility("default"))) char **qode_argv = arguments;
// qode would call Qt's loop from here; ours stays Node's.
__attribute__((visibility("default"))) void InjectCustomRunLoop(int (*)()) {}
}  // namespace qode

namespace {

// Longest time one turn of the loop spends in Qt before sockets and timers of Node get their share.
constexpr uint64_t kMaxTurnNs = 8 * 1000 * 1000;
// A chat window frees what it allocates again and again, a little at a time, on one thread. glibc is tuned for servers:
// with its defaults, pages that were freed stay with the process (4 MB when 10,000 messages have been loaded).
constexpr int kMallocArenas = 1;
constexpr int kMallocTrimBytes = 128 * 1024;
// GLib watches one or two descriptors here (the display, a wake-up pipe); more than this is a leak elsewhere.
constexpr int kMaxDescriptors = 1024;

// A descriptor that GLib wants watched. It lives until the handle's close callback, as libuv demands.
struct Watch {
  uv_poll_t handle;
  int events = 0;
  // The number of the round that asked for it last; older ones are closed.
  uint64_t round = 0;
};

struct Bridge {
  napi_env env = nullptr;
  napi_async_context asyncContext = nullptr;
  napi_ref resource = nullptr;
  uv_loop_t *loop = nullptr;
  GMainContext *context = nullptr;
  uv_prepare_t prepare;
  uv_check_t check;
  uv_timer_t timer;
  uv_idle_t idle;
  std::unordered_map<int, Watch *> watches;
  std::vector<GPollFD> wanted = std::vector<GPollFD>(16);
  uint64_t round = 0;
  bool running = false;
  // True while Qt runs; a nested loop of Qt must not start a second turn.
  bool inTurn = false;
  uint64_t turnCount = 0;
  uint64_t iterationCount = 0;
  uint64_t longestTurnNs = 0;
};

Bridge bridge;

void ignoreTimer(uv_timer_t *) {}
void ignoreIdle(uv_idle_t *) {}
void ignorePoll(uv_poll_t *, int, int) {}

void closeWatch(Watch *watch) {
  uv_close(reinterpret_cast<uv_handle_t *>(&watch->handle),
           [](uv_handle_t *handle) { delete reinterpret_cast<Watch *>(handle); });
}

int eventsOf(const GPollFD &descriptor) {
  int events = 0;
  if (descriptor.events & G_IO_IN) events |= UV_READABLE;
  if (descriptor.events & G_IO_OUT) events |= UV_WRITABLE;
  return events;
}

// Watches one descriptor of this round; GLib may name the same one several times with different events.
void watchDescriptor(const GPollFD &descriptor) {
  const int asked = eventsOf(descriptor);
  if (asked == 0) return;
  Watch *&watch = bridge.watches[descriptor.fd];
  if (watch == nullptr) {
    watch = new Watch;
    if (uv_poll_init(bridge.loop, &watch->handle, descriptor.fd) != 0) {
      delete watch;
      bridge.watches.erase(descriptor.fd);
      return;
    }
    uv_unref(reinterpret_cast<uv_handle_t *>(&watch->handle));
  }
  const int events = (watch->round == bridge.round ? watch->events : 0) | asked;
  watch->round = bridge.round;
  if (watch->events == events) return;
  watch->events = events;
  uv_poll_start(&watch->handle, events, ignorePoll);
}

void closeStaleWatches() {
  for (auto entry = bridge.watches.begin(); entry != bridge.watches.end();) {
    if (entry->second->round == bridge.round) {
      ++entry;
    } else {
      closeWatch(entry->second);
      entry = bridge.watches.erase(entry);
    }
  }
}

// Fills `wanted` with what GLib waits for; gives the number of descriptors.
int queryDescriptors(gint priority, gint *timeoutMs) {
  for (;;) {
    const int room = static_cast<int>(bridge.wanted.size());
    const int count = g_main_context_query(bridge.context, priority, timeoutMs, bridge.wanted.data(), room);
    if (count <= room) return count;
    if (count > kMaxDescriptors) return room;
    bridge.wanted.resize(count);
  }
}

void onPrepare(uv_prepare_t *) {
  if (bridge.inTurn) return;
  gint priority = 0;
  gint timeoutMs = -1;
  const bool ready = g_main_context_prepare(bridge.context, &priority);
  const int count = queryDescriptors(priority, &timeoutMs);
  bridge.round++;
  for (int i = 0; i < count; i++) watchDescriptor(bridge.wanted[i]);
  closeStaleWatches();
  if (ready || timeoutMs == 0) {
    // An active idle handle keeps libuv from sleeping at all.
    uv_idle_start(&bridge.idle, ignoreIdle);
    return;
  }
  uv_idle_stop(&bridge.idle);
  if (timeoutMs > 0) uv_timer_start(&bridge.timer, ignoreTimer, static_cast<uint64_t>(timeoutMs), 0);
  else uv_timer_stop(&bridge.timer);
}

// One iteration of GLib in a callback scope of its own, so that ticks and promises of its handlers run at once.
// Gives whether there is more to do.
bool iterate(napi_value resource) {
  napi_callback_scope scope;
  if (napi_open_callback_scope(bridge.env, resource, bridge.asyncContext, &scope) != napi_ok) return false;
  const bool more = g_main_context_iteration(bridge.context, FALSE);
  bridge.iterationCount++;
  // Qt deletes `deleteLater()`ed objects only in a loop of its own, which never runs here: without this line every
  // removed widget stays in memory.
  QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
  napi_close_callback_scope(bridge.env, scope);
  return more;
}

void onCheck(uv_check_t *) {
  if (bridge.inTurn || !bridge.running) return;
  napi_handle_scope handles;
  if (napi_open_handle_scope(bridge.env, &handles) != napi_ok) return;
  napi_value resource;
  if (napi_get_reference_value(bridge.env, bridge.resource, &resource) == napi_ok) {
    bridge.inTurn = true;
    bridge.turnCount++;
    const uint64_t startNs = uv_hrtime();
    while (iterate(resource) && uv_hrtime() - startNs < kMaxTurnNs) {
    }
    const uint64_t tookNs = uv_hrtime() - startNs;
    if (tookNs > bridge.longestTurnNs) bridge.longestTurnNs = tookNs;
    bridge.inTurn = false;
  }
  napi_close_handle_scope(bridge.env, handles);
}

// Node tears its environment down: from here on no handler may run.
void onExit(void *) {
  bridge.running = false;
  uv_prepare_stop(&bridge.prepare);
  uv_check_stop(&bridge.check);
  uv_timer_stop(&bridge.timer);
  uv_idle_stop(&bridge.idle);
}

napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, nullptr, message);
  return nullptr;
}

bool makeAsyncResource(napi_env env) {
  napi_value object;
  napi_value name;
  return napi_create_object(env, &object) == napi_ok &&
         napi_create_reference(env, object, 1, &bridge.resource) == napi_ok &&
         napi_create_string_utf8(env, "qt", NAPI_AUTO_LENGTH, &name) == napi_ok &&
         napi_async_init(env, object, name, &bridge.asyncContext) == napi_ok;
}

void keepHeapSmall() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, kMallocArenas);
  mallopt(M_TRIM_THRESHOLD, kMallocTrimBytes);
  mallopt(M_MMAP_THRESHOLD, kMallocTrimBytes);
#endif
}

// start(): joins the loops. Call it once, on the main thread, before NodeGui is loaded. Only `prepare` keeps the
// process alive, so that it does not end while a window is open.
napi_value start(napi_env env, napi_callback_info) {
  if (bridge.running) return fail(env, "the event loop is joined already");
  keepHeapSmall();
  bridge.env = env;
  if (napi_get_uv_event_loop(env, &bridge.loop) != napi_ok) return fail(env, "Node gives no event loop");
  bridge.context = g_main_context_default();
  if (!g_main_context_acquire(bridge.context)) return fail(env, "another thread owns GLib's main context");
  if (!makeAsyncResource(env)) return fail(env, "Node gives no callback scope");
  uv_prepare_init(bridge.loop, &bridge.prepare);
  uv_check_init(bridge.loop, &bridge.check);
  uv_timer_init(bridge.loop, &bridge.timer);
  uv_idle_init(bridge.loop, &bridge.idle);
  uv_unref(reinterpret_cast<uv_handle_t *>(&bridge.check));
  uv_unref(reinterpret_cast<uv_handle_t *>(&bridge.timer));
  uv_unref(reinterpret_cast<uv_handle_t *>(&bridge.idle));
  uv_prepare_start(&bridge.prepare, onPrepare);
  uv_check_start(&bridge.check, onCheck);
  napi_add_env_cleanup_hook(env, onExit, nullptr);
  bridge.running = true;
  return nullptr;
}

struct Range {
  uintptr_t start;
  uintptr_t end;
};

// What is mapped from files, cannot be written to and has no page of this process's own: program code, for the most part.
std::vector<Range> cleanFileRanges() {
  std::vector<Range> found;
  FILE *maps = fopen("/proc/self/smaps", "re");
  if (maps == nullptr) return found;
  char line[512];
  Range range{};
  bool isCandidate = false;
  while (fgets(line, sizeof line, maps) != nullptr) {
    unsigned long start = 0;
    unsigned long end = 0;
    unsigned long inode = 0;
    unsigned long anonymousKb = 0;
    char rights[5] = "";
    if (sscanf(line, "%lx-%lx %4s %*s %*s %lu", &start, &end, rights, &inode) == 4) {
      range = {start, end};
      isCandidate = inode != 0 && rights[1] == '-' && rights[3] == 'p';
    } else if (isCandidate && sscanf(line, "Anonymous: %lu kB", &anonymousKb) == 1) {
      if (anonymousKb == 0) found.push_back(range);
      isCandidate = false;
    }
  }
  fclose(maps);
  return found;
}

// letGoOfCode(): unmaps the pages of program code. Those in use come back from the system's file cache within a
// millisecond; those that only the start needed (a quarter of the process) do not.
napi_value letGoOfCode(napi_env, napi_callback_info) {
  for (const Range &range : cleanFileRanges())
    madvise(reinterpret_cast<void *>(range.start), range.end - range.start, MADV_DONTNEED);
  return nullptr;
}

void setNumber(napi_env env, napi_value object, const char *name, double number) {
  napi_value value;
  if (napi_create_double(env, number, &value) == napi_ok) napi_set_named_property(env, object, name, value);
}

// stats(): {turnCount, iterationCount, watchCount, longestTurnMs}; the longest turn is that since the last call.
napi_value stats(napi_env env, napi_callback_info) {
  napi_value result;
  if (napi_create_object(env, &result) != napi_ok) return nullptr;
  setNumber(env, result, "turnCount", static_cast<double>(bridge.turnCount));
  setNumber(env, result, "iterationCount", static_cast<double>(bridge.iterationCount));
  setNumber(env, result, "watchCount", static_cast<double>(bridge.watches.size()));
  setNumber(env, result, "longestTurnMs", static_cast<double>(bridge.longestTurnNs) / 1e6);
  bridge.longestTurnNs = 0;
  return result;
}

// hasTray(): whether the desktop shows tray icons at present; NodeGui does not tell
napi_value hasTray(napi_env env, napi_callback_info) {
  napi_value result = nullptr;
  napi_get_boolean(env, QSystemTrayIcon::isSystemTrayAvailable(), &result);
  return result;
}

napi_value init(napi_env env, napi_value exports) {
  define(env, exports, "start", start);
  define(env, exports, "stats", stats);
  define(env, exports, "letGoOfCode", letGoOfCode);
  define(env, exports, "hasTray", hasTray);
  return exports;
}

}  // namespace

NAPI_MODULE(event_loop, init)
