// A stand-in for NVRTC (libnvrtc.so.13): checks how it is called, and compiles for the host. What it
// calls a CUBIN is a shared library, for driver.c to load.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SUCCESS = 0, INVALID_INPUT = 3, INVALID_OPTION = 5, COMPILATION = 6, INTERNAL = 11 };

struct program {
  char *source, *dialect, *binary;
  size_t size;
  char log[1 << 14];
};

int nvrtcVersion(int *major, int *minor) {
  *major = 13;
  *minor = 1;
  return SUCCESS;
}

int nvrtcGetNumSupportedArchs(int *count) {
  *count = 4;
  return SUCCESS;
}

int nvrtcGetSupportedArchs(int *architectures) {
  memcpy(architectures, (int[]){75, 80, 90, 100}, 4 * sizeof(int));
  return SUCCESS;
}

const char *nvrtcGetErrorString(int code) {
  return code == COMPILATION ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR_INVALID_INPUT";
}

int nvrtcCreateProgram(struct program **result, const char *source, const char *name, int headers,
                       const char *const *texts, const char *const *include_names) {
  if (headers != 1 || !strstr(texts[0], "__syncthreads") || !strstr(name, ".cl") ||
      strcmp(include_names[0], "dialect/cuda.h")) {
    return INVALID_INPUT;
  }
  *result = calloc(1, sizeof(struct program));
  (*result)->source = strdup(source);
  (*result)->dialect = strdup(texts[0]);
  return SUCCESS;
}

int nvrtcDestroyProgram(struct program **program) {
  free((*program)->source);
  free((*program)->dialect);
  free((*program)->binary);
  free(*program);
  *program = NULL;
  return SUCCESS;
}

static char *in(const char *folder, const char *file) {
  char *path;
  return asprintf(&path, "%s/%s", folder, file) < 0 ? NULL : path;
}

static void write_file(const char *folder, const char *name, const char *text) {
  char *path = in(folder, name);
  FILE *file = fopen(path, "w");
  if (file && (fputs(text, file) < 0 || fclose(file))) remove(path);
  free(path);
}

// Returns the bytes, with a NUL behind them, or NULL.
static char *read_file(const char *folder, const char *name, size_t *size) {
  char *path = in(folder, name), *bytes = NULL;
  FILE *file = fopen(path, "r");
  free(path);
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  *size = ftell(file);
  rewind(file);
  bytes = calloc(1, *size + 1);
  if (fread(bytes, 1, *size, file) != *size) *size = 0;
  fclose(file);
  return bytes;
}

// Runs the host's compiler in the folder; what it prints is the program's log.
static int compile(struct program *program, const char *folder, const char *arguments) {
  char *command;
  if (asprintf(&command, "cd %s && LC_ALL=C c++ -std=c++17 -D__CUDACC__ %s 2>&1", folder, arguments) < 0) {
    return INTERNAL;
  }
  FILE *output = popen(command, "r");
  free(command);
  if (!output) return INTERNAL;
  const size_t printed = fread(program->log, 1, sizeof program->log - 1, output);
  program->log[printed] = 0;
  while (fgetc(output) != EOF) continue;
  return pclose(output) == 0 ? SUCCESS : COMPILATION;
}

// Appends an ENTRY (language.h) for each kernel, which reads
//     __global__ __launch_bounds__(THREADS, BLOCKS) void name(
static int append_entries(const char *folder) {
  size_t size;
  char *text = read_file(folder, "expanded", &size), *path = in(folder, "expanded");
  FILE *file = fopen(path, "a");
  free(path);
  if (!text || !file) return INTERNAL;
  static const char bounds[] = "__launch_bounds__", type[] = " void ";
  for (char *at = strstr(text, "__global__"); at; at = strstr(at + 1, "__global__")) {
    const char *bound = strstr(at, bounds), *end = strstr(at, type);
    if (!bound || !end || bound > end) break;
    bound += strlen(bounds);
    const char *name = end + strlen(type);
    fprintf(file, "ENTRY(%.*s, launch_bound%.*s)\n", (int)strcspn(name, "("), name,
            (int)(end - bound), bound);
  }
  free(text);
  return fclose(file) ? INTERNAL : SUCCESS;
}

static int build(struct program *program, const char *folder, const char *macros) {
  write_file(folder, "dialect.h", program->dialect);
  write_file(folder, "source", program->source);
  char *arguments;
  if (asprintf(&arguments, "-x c++ -E -include dialect.h %s source -o expanded", macros) < 0) {
    return INTERNAL;
  }
  int code = compile(program, folder, arguments);
  free(arguments);
  if (code == SUCCESS) code = append_entries(folder);
  if (code == SUCCESS) {
    code = compile(program, folder,
                   "-O1 -ffp-contract=off -fno-strict-aliasing -fvisibility=hidden -fno-exceptions "
                   "-shared -fPIC -Werror=double-promotion -nostdinc++ -nostdlib "
                   "-I '" HERE "' -include '" HERE "/language.h' -x c++ expanded -o binary -lm");
  }
  if (code == SUCCESS) program->binary = read_file(folder, "binary", &program->size);
  return code;
}

int nvrtcCompileProgram(struct program *program, int count, const char *const *options) {
  const char *macros = "";
  int known = 0;
  for (int i = 0; i < count; i++) {
    if (!strcmp(options[i], "--define-macro=TALL_GRID")) {
      macros = "-DTALL_GRID";
    } else if (!strcmp(options[i], "--gpu-architecture=sm_90") ||
               !strcmp(options[i], "--pre-include=dialect/cuda.h") ||
               !strcmp(options[i], "--std=c++17") || !strcmp(options[i], "--fmad=false")) {
      known++;
    } else {
      return INVALID_OPTION;
    }
  }
  if (known != 4) return INVALID_OPTION;
  char folder[] = "/tmp/stand-in-XXXXXX";
  if (!mkdtemp(folder)) return INTERNAL;
  const int code = build(program, folder, macros);
  for (const char *const *file = (const char *const[]){"dialect.h", "source", "expanded", "binary", NULL};
       *file; file++) {
    char *path = in(folder, *file);
    remove(path);
    free(path);
  }
  rmdir(folder);
  return code;
}

int nvrtcGetProgramLogSize(struct program *program, size_t *size) {
  *size = strlen(program->log) + 1;
  return SUCCESS;
}

int nvrtcGetProgramLog(struct program *program, char *log) {
  strcpy(log, program->log);
  return SUCCESS;
}

int nvrtcGetCUBINSize(struct program *program, size_t *size) {
  *size = program->size;
  return SUCCESS;
}

int nvrtcGetCUBIN(struct program *program, char *binary) {
  memcpy(binary, program->binary, program->size);
  return SUCCESS;
}
