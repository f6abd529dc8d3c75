// Writes down what a process does to the files below a folder; loaded into it by LD_PRELOAD, compiled by the test.
// MESSENGER_RECORD_FOLDER: the folder. MESSENGER_RECORD_FILE: where the records go, outside of it.
// MESSENGER_RECORD_KILL_AFTER: an OP after whose first record the process is killed. A record is a line of
// "OP FD OFFSET LENGTH PATH_LENGTH OTHER_LENGTH", then path, other path and LENGTH bytes of data. It is written after the
// call has succeeded, and no other call begins meanwhile, so the order of the records is the order of the calls.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 4096

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char known[FILES];
static const char *folder;
static size_t folder_length;
static int records = -1;
static const char *last_op;

#define REAL(result, name, ...) \
  static result (*real)(__VA_ARGS__); \
  if (real == NULL) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static void fail(const char *what) {
  dprintf(2, "recorder: %s\n", what);
  abort();
}

static void put(const void *bytes, size_t length) {
  REAL(ssize_t, "write", int, const void *, size_t);
  while (length > 0) {
    ssize_t done = real(records, bytes, length);
    if (done <= 0) fail("the records cannot be written");
    bytes = (const char *)bytes + done;
    length -= (size_t)done;
  }
}

static void record(const char *op, int fd, long long offset, const void *data, size_t length, const char *path,
                   const char *other) {
  char line[128];
  int size = snprintf(line, sizeof line, "%s %d %lld %zu %zu %zu\n", op, fd, offset, length, strlen(path), strlen(other));
  int saved = errno;
  put(line, (size_t)size);
  put(path, strlen(path));
  put(other, strlen(other));
  put(data, length);
  if (last_op != NULL && strcmp(op, last_op) == 0) kill(getpid(), SIGKILL);
  errno = saved;
}

// Makes the records known to the process before its own code runs.
__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("MESSENGER_RECORD_FILE");
  folder = getenv("MESSENGER_RECORD_FOLDER");
  last_op = getenv("MESSENGER_RECORD_KILL_AFTER");
  if (file == NULL || folder == NULL) fail("MESSENGER_RECORD_FILE and MESSENGER_RECORD_FOLDER are needed");
  folder_length = strlen(folder);
  REAL(int, "open", const char *, int, ...);
  records = real(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (records < 0) fail("the file for the records cannot be opened");
  record("start", -1, 0, "", 0, "", "");
}

static int concerns(const char *path) {
  return folder != NULL && strncmp(path, folder, folder_length) == 0 &&
         (path[folder_length] == '/' || path[folder_length] == 0);
}

static int is_known(int fd) { return fd >= 0 && fd < FILES && known[fd]; }

static void opened(int fd, const char *path, int flags) {
  if (fd < 0 || !concerns(path)) return;
  if (fd >= FILES) fail("too many open files");
  known[fd] = 1;
  record(flags & O_TRUNC ? "openempty" : flags & O_CREAT ? "opennew" : "open", fd, 0, "", 0, path, "");
}

#define OPEN(symbol) \
  int symbol(const char *path, int flags, ...) { \
    va_list more; \
    va_start(more, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(more, int) : 0; \
    va_end(more); \
    REAL(int, #symbol, const char *, int, ...); \
    pthread_mutex_lock(&mutex); \
    int fd = real(path, flags, mode); \
    opened(fd, path, flags); \
    pthread_mutex_unlock(&mutex); \
    return fd; \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  REAL(int, "close", int);
  pthread_mutex_lock(&mutex);
  if (is_known(fd)) record("close", fd, 0, "", 0, "", "");
  if (fd >= 0 && fd < FILES) known[fd] = 0;
  int result = real(fd);
  pthread_mutex_unlock(&mutex);
  return result;
}

ssize_t write(int fd, const void *data, size_t length) {
  REAL(ssize_t, "write", int, const void *, size_t);
  if (!is_known(fd)) return real(fd, data, length);
  pthread_mutex_lock(&mutex);
  ssize_t done = real(fd, data, length);
  // The position after the call: right for files that are opened to append, too.
  if (done > 0) record("write", fd, (long long)lseek(fd, 0, SEEK_CUR) - done, data, (size_t)done, "", "");
  pthread_mutex_unlock(&mutex);
  return done;
}

#define PWRITE(symbol, offset_type) \
  ssize_t symbol(int fd, const void *data, size_t length, offset_type offset) { \
    REAL(ssize_t, #symbol, int, const void *, size_t, offset_type); \
    if (!is_known(fd)) return real(fd, data, length, offset); \
    pthread_mutex_lock(&mutex); \
    ssize_t done = real(fd, data, length, offset); \
    if (done > 0) record("write", fd, (long long)offset, data, (size_t)done, "", ""); \
    pthread_mutex_unlock(&mutex); \
    return done; \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

// Writes that nothing here makes; one that came unseen would make the records wrong.
#define REFUSED(symbol) \
  ssize_t symbol(int fd, const struct iovec *parts, int count, off_t offset) { \
    REAL(ssize_t, #symbol, int, const struct iovec *, int, off_t); \
    if (is_known(fd)) fail(#symbol " is not recorded"); \
    return real(fd, parts, count, offset); \
  }
REFUSED(pwritev)
REFUSED(pwritev64)

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  if (is_known(fd)) fail("writev is not recorded");
  return real(fd, parts, count);
}

#define TRUNCATE(symbol, offset_type) \
  int symbol(int fd, offset_type length) { \
    REAL(int, #symbol, int, offset_type); \
    pthread_mutex_lock(&mutex); \
    int result = real(fd, length); \
    if (result == 0 && is_known(fd)) record("truncate", fd, (long long)length, "", 0, "", ""); \
    pthread_mutex_unlock(&mutex); \
    return result; \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(symbol) \
  int symbol(int fd) { \
    REAL(int, #symbol, int); \
    if (!is_known(fd)) return real(fd); \
    pthread_mutex_lock(&mutex); \
    int result = real(fd); \
    if (result == 0) record("sync", fd, 0, "", 0, "", ""); \
    pthread_mutex_unlock(&mutex); \
    return result; \
  }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
  REAL(int, "unlink", const char *);
  pthread_mutex_lock(&mutex);
  int result = real(path);
  if (result == 0 && concerns(path)) record("unlink", -1, 0, "", 0, path, "");
  pthread_mutex_unlock(&mutex);
  return result;
}

int unlinkat(int at, const char *path, int flags) {
  REAL(int, "unlinkat", int, const char *, int);
  pthread_mutex_lock(&mutex);
  int result = real(at, path, flags);
  if (result == 0 && concerns(path)) record("unlink", -1, 0, "", 0, path, "");
  pthread_mutex_unlock(&mutex);
  return result;
}

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  pthread_mutex_lock(&mutex);
  int result = real(from, to);
  if (result == 0 && concerns(from)) record("rename", -1, 0, "", 0, from, to);
  pthread_mutex_unlock(&mutex);
  return result;
}

int mkdir(const char *path, mode_t mode) {
  REAL(int, "mkdir", const char *, mode_t);
  pthread_mutex_lock(&mutex);
  int result = real(path, mode);
  if (result == 0 && concerns(path)) record("mkdir", -1, 0, "", 0, path, "");
  pthread_mutex_unlock(&mutex);
  return result;
}
