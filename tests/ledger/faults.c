/* Calls that fail when told to, and what a loss of power leaves: preloaded before libc.

   fault_arm(call, skip, error, does): from the (skip + 1)th such call on a ledger's file on, fault_left
   calls report `error`; where `does`, the call is done all the same. Every file that is synced is copied
   to NAME.durable: that much is on the disk when the power goes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int armed, skips, left, with, doing;

void fault_arm(int call, int skip, int times, int error, int does) {
  armed = call, skips = skip, left = times, with = error, doing = does;
}

static int of_ledger(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, PATH_MAX - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return strstr(path, "ledger.sqlite") != NULL && strstr(path, "-shm") == NULL;
}

static int fails(int call, int fd) {
  char path[PATH_MAX];
  if (armed != call || !of_ledger(fd, path)) return 0;
  if (skips > 0) return skips--, 0;
  if (left <= 0) return 0;
  left--;
  return 1;
}

static void keep(int fd) {
  char path[PATH_MAX], copy[PATH_MAX + 16], data[65536];
  if (getenv("FAULT_DURABLE") == NULL || !of_ledger(fd, path)) return;
  snprintf(copy, sizeof copy, "%s.durable", path);
  int out = open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  off_t at = 0;
  for (ssize_t n; (n = pread(fd, data, sizeof data, at)) > 0; at += n)
    if (write(out, data, n) != n) abort();
  close(out);
}

static int synced(const char *name, int fd) {
  int (*real)(int) = dlsym(RTLD_NEXT, name);
  int fault = fails(2, fd);
  if (fault && !doing) return errno = with, -1;
  int done = real(fd);
  if (done == 0) keep(fd);
  return fault ? (errno = with, -1) : done;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }

#define WRITES(name, offset)                                                        \
  ssize_t name(int fd, const void *data, size_t n, offset at) {                     \
    ssize_t (*real)(int, const void *, size_t, offset) = dlsym(RTLD_NEXT, #name);   \
    if (!fails(1, fd)) return real(fd, data, n, at);                                \
    if (doing && real(fd, data, n, at) < 0) abort();                                \
    return errno = with, -1;                                                        \
  }
WRITES(pwrite, off_t)
WRITES(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t n) {
  static ssize_t (*real)(int, const void *, size_t);
  if (real == NULL) real = dlsym(RTLD_NEXT, "write");
  if (!fails(1, fd)) return real(fd, data, n);
  if (doing && real(fd, data, n) < 0) abort();
  return errno = with, -1;
}
