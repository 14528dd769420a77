// Loaded into a server with LD_PRELOAD, for the bench alone: counts the forced writes of that process where they happen, in
// the first 8 bytes of the file SLIPWAY_BENCH_FSYNCS with the process id behind it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t *count;

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("SLIPWAY_BENCH_FSYNCS");
  char file[1024];
  if (name == NULL) return;
  snprintf(file, sizeof file, "%s.%d", name, (int)getpid());
  int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, sizeof *count) != 0) return;
  void *place = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (place != MAP_FAILED) count = place;
  close(fd);
}

static void add(void) {
  if (count != NULL) __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
}

int fsync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  add();
  return real(fd);
}

int fdatasync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  add();
  return real(fd);
}
