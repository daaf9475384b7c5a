// A stand-in for NVRTC (libnvrtc.so.13): checks how it is called, and passes sources on to driver.c.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, INVALID_INPUT = 3, INVALID_OPTION = 5, COMPILATION = 6 };

struct program {
  char *source;
  const char *log;
};

int nvrtcVersion(int *major, int *minor) {
  *major = 13;
  *minor = 1;
  return SUCCESS;
}

int nvrtcGetNumSupportedArchs(int *count) {
  *count = 3;
  return SUCCESS;
}

int nvrtcGetSupportedArchs(int *architectures) {
  memcpy(architectures, (int[]){80, 90, 100}, 3 * sizeof(int));
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
  (*result)->log = "";
  return SUCCESS;
}

int nvrtcDestroyProgram(struct program **program) {
  free((*program)->source);
  free(*program);
  *program = NULL;
  return SUCCESS;
}

int nvrtcCompileProgram(struct program *program, int count, const char *const *options) {
  int known = 0;
  for (int i = 0; i < count; i++) {
    known += !strcmp(options[i], "--gpu-architecture=sm_90");
    known += !strcmp(options[i], "--pre-include=dialect/cuda.h");
  }
  if (known != 2) return INVALID_OPTION;
  if (strstr(program->source, "nonsense")) {
    program->log = "error: identifier \"nonsense\" is undefined";
    return COMPILATION;
  }
  return SUCCESS;
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
  *size = strlen(program->source) + 7;
  return SUCCESS;
}

int nvrtcGetCUBIN(struct program *program, char *binary) {
  sprintf(binary, "CUBIN:%s", program->source);
  return SUCCESS;
}
